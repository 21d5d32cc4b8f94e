import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stream } from "@ltt/core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { queueAddress, queueStatus } from "../src/index.ts";
import { noRedis, RedisServer } from "./redis-server.ts";
import { CREDENTIALS, S3Server } from "./s3-server.ts";
import { runLocally, runQueued, toyPlan } from "./toy-experiment.ts";
import { nodeFilesIn, ToyWorker, type ToyWorkerOptions } from "./toy-processes.ts";

let root: string;
let right: Map<string, Buffer>;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "ltt-machines-"));
  await runLocally(join(root, "right"));
  right = nodeFilesIn(join(root, "right"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe.skipIf(noRedis("workers that are killed and stopped"))("workers on a queue", { timeout: 600_000 }, () => {
  let redis: RedisServer;
  let s3: S3Server;
  let workers: ToyWorker[] = [];
  beforeEach(async () => {
    [redis, s3] = [await RedisServer.open(), await S3Server.open()];
  });
  afterEach(async () => {
    for (const worker of workers) worker.kill("SIGKILL", "both");
    workers = [];
    await redis.close();
    await s3.close();
  });
  const start = (options: Partial<ToyWorkerOptions>) => {
    const env = { ...CREDENTIALS, ...options.env };
    const worker = new ToyWorker({ queue: redis.url, store: s3.store("toy"), ...options, env });
    workers.push(worker);
    return worker;
  };
  const run = (folder: string, say?: (line: string) => void) =>
    runQueued({
      queue: redis.url,
      store: s3.store("toy"),
      folder: join(root, folder),
      surroundings: CREDENTIALS,
      ...(say === undefined ? {} : { say }),
    });

  test("killed at 20 random points, Redis restarted twice, every tenth request to S3 refused or cut: the same bytes", async () => {
    const seed = Number(process.env.LTT_KILL_SEED ?? 1 + (Date.now() % 1_000_000));
    console.info(`kills: LTT_KILL_SEED=${seed}`);
    const rng = stream(seed, "kills");
    s3.fault = (number) => (number % 10 === 0 ? (number % 20 === 0 ? "cut" : "refuse") : undefined);
    const options = { lock: 2, keepEvery: 0.1, step: 60 };
    const pair = [start(options), start(options)];
    const said: string[] = [];
    let isOver = false;
    const finished = run("killed", (line) => said.push(line)).finally(() => {
      isOver = true;
    });
    finished.catch(() => {});
    let kills = 0;
    for (; kills < 20 && !isOver; kills++) {
      const one = rng.below(2);
      await pair[one]!.begun;
      await sleep(300 + rng.below(2200));
      pair[one]!.kill("SIGKILL", (["both", "both", "worker", "child"] as const)[rng.below(4)]!);
      if (kills === 7 || kills === 14) {
        await redis.stop(kills === 7 ? "SIGTERM" : "SIGKILL"); // the first comes back with its memory, the second without
        await sleep(500);
        await redis.start();
      }
      pair[one]!.kill("SIGKILL", "both"); // where only the child went, the worker has started another: gone too
      pair[one] = start(options);
    }
    expect(isOver, "the run was over before 20 kills: make it longer").toBe(false);
    await finished;
    expect(kills).toBe(20);
    expect(nodeFilesIn(join(root, "killed"))).toEqual(right);
    expect(said.filter((line) => line.includes("the connection is lost"))).toHaveLength(2);
    expect(s3.requests).toBeGreaterThan(200);
  });

  test("SIGTERM: within ten seconds the network is kept and given back, and another worker goes on from there", async () => {
    const first = start({ step: 200, keepEvery: 1000 }); // 32 steps: 6 seconds a network
    const finished = run("given back");
    const status = () => queueStatus(queueAddress(redis.url));
    const step = async () => Number(((await status()).active[0]?.progress as { step?: number } | undefined)?.step ?? 0);
    while ((await step()) < 8) await sleep(100);
    const began = performance.now();
    first.kill("SIGTERM");
    expect(await first.ended).toEqual({ code: 0, signal: null });
    expect(performance.now() - began).toBeLessThan(10_000); // a promise of the command, not a speed
    expect((await status()).waiting + (await status()).delayed).toBe(1);
    expect(first.trained).toEqual([]);
    const second = start({ untilEmpty: true });
    await finished;
    expect(await second.ended).toEqual({ code: 0, signal: null });
    expect(second.trained.sort()).toEqual(
      toyPlan()
        .networks.map(({ label }) => label)
        .sort(),
    );
    expect(nodeFilesIn(join(root, "given back"))).toEqual(right);
  });
});
