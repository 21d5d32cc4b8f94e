import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stream } from "@ltt/core";
import { Queue } from "bullmq";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openWorkStore, queueAddress, queueStatus, type S3Address, storeAddress } from "../src/index.ts";
import { payloadOf } from "../src/payload.ts";
import { S3Client } from "../src/s3-client.ts";
import { encodePlan } from "../src/work-plan.ts";
import { noRedis, RedisServer } from "./redis-server.ts";
import { CREDENTIALS, S3Server } from "./s3-server.ts";
import { IMAGES, runLocally, runQueued, toyPlan } from "./toy-experiment.ts";
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
    expect(await status()).toMatchObject({ active: [], waiting: 2, delayed: 0, workers: [] }); // two dense networks, none lost
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

  test("masks that are searched for and cuts of whole units: the same bytes", async () => {
    await runLocally(join(root, "right images"), IMAGES);
    start({});
    const asked = { queue: redis.url, store: s3.store("toy"), surroundings: CREDENTIALS, toy: IMAGES };
    await runQueued({ ...asked, folder: join(root, "images") });
    expect(nodeFilesIn(join(root, "images"))).toEqual(nodeFilesIn(join(root, "right images")));
  });

  test("a store that is emptied while its workers live is filled again", async () => {
    const store = join(root, "emptied");
    await runLocally(join(root, "right images"), IMAGES);
    const worker = start({ store });
    const into = (folder: string) => runQueued({ queue: redis.url, store, folder: join(root, folder), toy: IMAGES });
    await into("before");
    rmSync(store, { recursive: true });
    await into("after");
    expect(nodeFilesIn(join(root, "after"))).toEqual(nodeFilesIn(join(root, "right images")));
    expect(worker.trained).toHaveLength(2 * toyPlan(IMAGES).networks.length);
  });

  test("what is no payload, of another version, or names what is not there is refused by name; the queue goes on", async () => {
    const queue = new Queue("networks", { connection: { host: "127.0.0.1", port: redis.port }, prefix: "ltt" });
    const address = storeAddress(s3.store("toy"), CREDENTIALS);
    const { blobs } = await openWorkStore(address);
    const good = toyPlan();
    const id = await blobs.put("plans", encodePlan(good));
    const hash = good.networks[0]!.hash;
    const payload = payloadOf(id, hash, "dense");
    const exec = { op: "exec", version: 1, params: {}, inputs: {} };
    const evil = await blobs.put("plans", encodePlan({ ...good, nodes: [...good.nodes, exec] }));
    const spoilt = await blobs.put("plans", encodePlan({ ...good, title: "spoilt" }));
    await new S3Client(address as S3Address).put(`plans/${spoilt}`, Buffer.from("other bytes"));
    const bad: Readonly<Record<string, object>> = {
      "node-operation": { ...payload, operation: "exec" },
      "node-path": { ...payload, plan: `../${id}` },
      "node-extra": { ...payload, code: "process.exit()" },
      "node-plan": { ...payload, plan: evil },
      "node-older": { ...payload, ltt: "0.0.9" },
      "node-spoilt": { ...payload, plan: spoilt },
    };
    for (const [jobId, data] of Object.entries(bad)) await queue.add("train", data, { jobId });
    const worker = start({});
    const failed = async () => new Map((await queue.getFailed()).map((job) => [job.id, job.failedReason]));
    const told = () => worker.said.split("gives back").length - 1;
    while ((await failed()).size < 4 || told() < 2) await sleep(100);
    const reasons = await failed();
    expect(reasons.get("node-operation")).toBe('payload: operation is "exec"; this worker knows train');
    expect(reasons.get("node-path")).toMatch(/^payload: plan is "\.\.\/[0-9a-f]+": /);
    expect(reasons.get("node-extra")).toMatch(/^payload: it is .*Unrecognized key/);
    expect(reasons.get("node-plan")).toMatch(/^plan: node [0-9a-f]{16} is "exec"; this worker knows init, train, /);
    expect(worker.said).toContain("was planned by ltt 0.0.9; this worker is ltt ");
    expect(worker.said).toMatch(/plans\/[0-9a-f]{64}: its SHA-256 is [0-9a-f]{64}, not its name/);
    for (const jobId of Object.keys(bad)) await queue.remove(jobId);
    await queue.close();
    await run("after refusals");
    expect(nodeFilesIn(join(root, "after refusals"))).toEqual(right);
  });

  test("a network that fails stops those that rest on it, and no other", async () => {
    const failing = toyPlan().networks.find(({ label }) => label === "winning-ticket 1 1")!;
    start({ env: { TOY_FAILS: failing.hash } });
    await expect(run("poisoned")).rejects.toThrow(
      /^winning-ticket 1 1: poisoned; \d+ networks that rest on it were not trained, all others are finished and kept; the same command tries those that failed again$/,
    );
    const { plans, failed } = await queueStatus(queueAddress(redis.url));
    const stopped = new Set([failing.hash]);
    for (const { hash, after } of toyPlan().networks) if (after.some((one) => stopped.has(one))) stopped.add(hash);
    expect(plans[0]!.finished).toBe(18 - stopped.size);
    expect([...failed]).toEqual([[failing.hash, "poisoned"]]);
    for (const worker of workers) worker.kill("SIGKILL", "both");
    start({});
    await run("poisoned");
    expect(nodeFilesIn(join(root, "poisoned"))).toEqual(right);
  });

  test("tries are counted in the store: three failures are three, though Redis loses its memory between them", async () => {
    const { hash } = toyPlan().networks.find(({ label }) => label === "winning-ticket 1 1")!;
    const { attempts } = await openWorkStore(storeAddress(s3.store("toy"), CREDENTIALS));
    const failures = async () => (await attempts.of(hash)).filter(({ failure }) => failure !== undefined).length;
    const worker = start({ env: { TOY_FAILS: hash, TOY_HOW: "unknown" } });
    const over = expect(run("forgetful")).rejects.toThrow(/^winning-ticket 1 1: poisoned; /);
    while ((await failures()) < 1) await sleep(20);
    await redis.stop("SIGKILL");
    expect(await failures()).toBeLessThan(3);
    await redis.start();
    await over;
    expect(await failures()).toBe(3);
    expect(worker.said.split("winning-ticket 1 1: poisoned")).toHaveLength(1 + 3);
  });

  test("a network that ten workers did not survive is not tried again, until the same command asks for it", async () => {
    const { hash } = toyPlan().networks.find(({ label }) => label === "winning-ticket 1 1")!;
    const { attempts } = await openWorkStore(storeAddress(s3.store("toy"), CREDENTIALS));
    const finished = run("deadly");
    while ((await queueStatus(queueAddress(redis.url))).waiting < 2) await sleep(20); // it has begun: what it found before is forgotten
    for (let death = 0; death < 10; death++) await attempts.begin(hash, "lost");
    start({});
    await expect(finished).rejects.toThrow(/^winning-ticket 1 1: 10 tries ended with their workers: lost; /);
    await run("deadly");
    expect(nodeFilesIn(join(root, "deadly"))).toEqual(right);
    expect(await attempts.networks()).toEqual(new Set());
  });
});
