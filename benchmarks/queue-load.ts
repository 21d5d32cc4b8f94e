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

/**
 * `npm run bench:queue [-- NODES WORKERS]`: networks of no work through Redis and a folder, in chains of ten: networks a second, memory of the planner and of a worker, bytes of Redis.
 * Needs redis-server. Planner and workers are processes of their own; a network is a file of some bytes.
 */
const [role, ...rest] = process.argv.slice(2);
if (role === "worker") await worker(rest[0]!, rest[1]!);
else await bench(Number(role ?? 10_000), Number(rest[0] ?? 2));

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

async function bench(count: number, workers: number): Promise<void> {
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
      const args = [
        "--import",
        "tsx",
        "--conditions",
        "@ltt/source",
        import.meta.filename,
        "worker",
        queue.shown,
        folder,
      ];
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
    console.log(
      JSON.stringify({
        networks: count,
        workers,
        planSeconds: Number(planned.toFixed(2)),
        networksPerSecond: Math.round(rate),
        plannerMB: Math.round(peak / 2 ** 20),
        plannerMBBefore: Math.round(before / 2 ** 20),
        workerMB: Math.max(...memory),
      }),
    );
    await run.close();
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
