import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hashOf, INIT, type Node, nodeOf, START, TRAIN } from "@ltt/lottery";
import {
  openWorkStore,
  type Performer,
  pack,
  QueueRun,
  queueAddress,
  queueStatus,
  type StoreAddress,
  storeAddress,
  work,
  workPlan,
} from "@ltt/workers";
import { Command } from "commander";
import { noteLoad } from "./machine.ts";
import { measurement, saveResults } from "./results.ts";

/**
 * `npm run bench:queue [-- NODES WORKERS [--rounds N] [--save [NAME]]]`: networks of no work through Redis and a folder, in chains of ten: networks a second, memory of the planner and of a worker, bytes of Redis.
 * Needs redis-server. Planner and workers are processes of their own; a network is a file of some bytes.
 */
const [role, ...rest] = process.argv.slice(2);
if (role === "worker") await worker(rest[0]!, rest[1]!);
else
  await new Command("queue-load")
    .argument("[nodes]", "networks of no work", Number, 10_000)
    .argument("[workers]", "processes", Number, 2)
    .option("--rounds <n>", "times the whole is done", Number, 1)
    .option("--save [name]", "write benchmarks/results/NAME.json, or a file where NAME is a path")
    .action(benches)
    .parseAsync();

async function benches(
  count: number,
  workers: number,
  { rounds, save }: { readonly rounds: number; readonly save?: string | true },
): Promise<void> {
  const loads: Load[] = [];
  for (let round = 0; round < rounds; round++) {
    noteLoad();
    loads.push(await bench(count, workers));
    console.log(JSON.stringify(loads.at(-1)));
  }
  if (save === undefined) return;
  const of = {
    bench: "queue",
    backend: "none",
    peakMemoryMb: Math.max(...loads.map(({ plannerMB }) => plannerMB)),
  } as const;
  const [title, threads] = [`${count} networks of no work, ${workers} workers`, workers];
  saveResults(save === true ? `queue-node-${process.versions.node.split(".")[0]}` : save, [
    {
      title,
      measurements: [
        measurement({
          ...of,
          threads,
          name: title,
          unit: "networks/s",
          values: loads.map((load) => load.networksPerSecond),
        }),
        measurement({
          ...of,
          threads,
          name: `${title}: to plan them`,
          unit: "s",
          values: loads.map((load) => load.planSeconds),
        }),
      ],
    },
  ]);
}

interface Load {
  readonly networks: number;
  readonly workers: number;
  readonly planSeconds: number;
  readonly networksPerSecond: number;
  readonly plannerMB: number;
  readonly plannerMBBefore: number;
  readonly workerMB: number;
}

function graphOf(count: number): Node[] {
  const nodes: Node[] = [];
  for (let i = 0; i < count; i++) {
    const seed = Math.floor(i / 10);
    const init = nodeOf(INIT, { architecture: "none", seed });
    if (i % 10 === 0) nodes.push(init, nodeOf(TRAIN, { seed }, { start: hashOf(init) }));
    else {
      const start = nodeOf(START, { action: "rewind" }, { whole: hashOf(nodes.at(-1)!) });
      nodes.push(start, nodeOf(TRAIN, { seed }, { start: hashOf(start) }));
    }
  }
  return nodes;
}

async function bench(count: number, workers: number): Promise<Load> {
  const folder = mkdtempSync(join(tmpdir(), "ltt-load-"));
  const port = 16_391;
  const redis = spawn("redis-server", ["--port", String(port), "--save", "", "--dir", folder], { stdio: "ignore" });
  const children: ChildProcess[] = [];
  try {
    await sleep(1000);
    const queue = queueAddress(`redis://127.0.0.1:${port}`);
    const store = await openWorkStore(storeAddress(join(folder, "store")));
    const data = pack({});
    const digest = createHash("sha256").update(data).digest("hex");
    const before = process.memoryUsage().rss;
    const plan = workPlan({ title: "load", backend: "none", data: digest, nodes: graphOf(count) }, new Map());
    let began = performance.now();
    const run = await QueueRun.begin({ queue, store, plan, data });
    const planned = (performance.now() - began) / 1000;
    began = performance.now();
    const memory: number[] = [];
    for (let i = 0; i < workers; i++) {
      const args = [...process.execArgv, import.meta.filename, "worker", queue.shown, folder];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      child.stdout!.on("data", (chunk) => memory.push(Number(String(chunk).trim().split("\n").at(-1))));
      children.push(child);
    }
    let first: { readonly at: number; readonly finished: number } | undefined;
    let last = { at: 0, finished: 0 };
    let peak = 0;
    while (last.finished < count) {
      await sleep(250);
      const { plans } = await queueStatus(queue);
      last = { at: performance.now(), finished: plans[0]?.finished ?? 0 };
      if (last.finished > 0) first ??= last;
      peak = Math.max(peak, process.memoryUsage().rss);
    }
    const rate = (last.finished - first!.finished) / ((last.at - first!.at) / 1000);
    await sleep(500);
    await run.close();
    return {
      networks: count,
      workers,
      planSeconds: Number(planned.toFixed(2)),
      networksPerSecond: Math.round(rate),
      plannerMB: Math.round(peak / 2 ** 20),
      plannerMBBefore: Math.round(before / 2 ** 20),
      workerMB: Math.max(...memory),
    };
  } finally {
    for (const child of children) child.kill("SIGKILL");
    redis.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

async function worker(queue: string, folder: string): Promise<void> {
  const address: StoreAddress = storeAddress(join(folder, "store"));
  const performer: Performer = { make: async () => {}, close: async () => {} };
  setInterval(() => console.log(Math.round(process.memoryUsage().rss / 2 ** 20)), 500).unref();
  await work({
    queue: queueAddress(queue),
    store: await openWorkStore(address),
    performer,
    name: `load-${process.pid}`,
    jobs: 8,
  });
}
