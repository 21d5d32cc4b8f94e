import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createGraphJob } from "@ltt/lottery";
import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Board } from "../src/board.ts";
import { connect } from "../src/connection.ts";
import { openWorkStore, type Performer, queueAddress, queueStatus, storeAddress, work } from "../src/index.ts";
import { NetworkQueue, release } from "../src/network-queue.ts";
import { sha256 } from "../src/sha256.ts";
import { encodePlan } from "../src/work-plan.ts";
import { noRedis, RedisServer } from "./redis-server.ts";
import { runLocally, runQueued, slowTask, TEXTS, type Toy, toyPlan } from "./toy-experiment.ts";
import { nodeFilesIn } from "./toy-processes.ts";

/** A dense network and the four that are cut from it. */
const toy: Toy = { ...TEXTS, settings: { ...TEXTS.settings, seeds: [1], rounds: 1 } };
const { networks } = toyPlan(toy);
const plan = sha256(encodePlan(toyPlan(toy)));
const labels = networks.map(({ label }) => label).sort();
const dense = networks.find(({ label }) => label === "dense 1 0")!;
const ticket = networks.find(({ label }) => label === "winning-ticket 1 1")!;

let root: string;
let right: Map<string, Buffer>;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "ltt-made-again-"));
  await runLocally(join(root, "right"), toy);
  right = nodeFilesIn(join(root, "right"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe.skipIf(noRedis("networks that are made again"))("what Redis names as finished and the store lacks", () => {
  let redis: RedisServer;
  let client: Redis;
  let board: Board;
  let runs = 0;
  let leave: (() => Promise<void>)[] = [];
  const address = () => queueAddress(redis.url);
  beforeEach(async () => {
    redis = await RedisServer.open();
    client = await connect(address());
    board = new Board(client, address());
  });
  afterEach(async () => {
    for (const one of leave) await one();
    leave = [];
    client.disconnect();
    await redis.close();
  });

  /** A worker in this process. @returns what it has trained, in order, as it goes on, and what ends it. */
  async function start(folder: string): Promise<{ readonly trained: string[]; readonly stop: () => Promise<void> }> {
    const store = await openWorkStore(storeAddress(folder));
    const trained: string[] = [];
    const performer: Performer = {
      make: (_slot, { plan }, network, listener) =>
        createGraphJob(slowTask({ toy: toy.name }, 0), plan.nodes, { store: store.nodes, clock: () => 0 }).make(
          network,
          listener,
        ),
      close: async () => {},
    };
    const ending = new AbortController();
    const say = (line: string) => void (line.endsWith(": trained") && trained.push(line.slice(0, -": trained".length)));
    const options = { queue: address(), store, performer, name: folder, jobs: 1, say };
    const working = work({ ...options, signal: ending.signal });
    const stop = async () => {
      ending.abort(new Error("stopped"));
      await working;
    };
    leave.push(stop);
    return { trained, stop };
  }

  /** Runs it into a new folder. @returns its files. */
  async function run(store: string, say?: (line: string) => void): Promise<Map<string, Buffer>> {
    const folder = join(root, `run-${runs++}`);
    await runQueued({ queue: redis.url, store, folder, toy, say });
    return nodeFilesIn(folder);
  }

  /** A store in which all of it is, and Redis knows. */
  async function finished(): Promise<string> {
    const store = join(root, `store-${runs}`);
    const { trained, stop } = await start(store);
    expect(await run(store)).toEqual(right);
    expect([...trained].sort()).toEqual(labels);
    await stop();
    return store;
  }

  test("is made again in another store", async () => {
    await finished();
    const other = join(root, "other");
    const { trained } = await start(other);
    expect(await run(other)).toEqual(right);
    expect([...trained].sort()).toEqual(labels);
  });

  test.each([dense, ticket])("is made again where $label was removed", async ({ hash, label }) => {
    const store = await finished();
    rmSync(join(store, "nodes", hash), { recursive: true });
    const running = run(store);
    await Promise.race([sleep(2500), running]); // it has looked at what Redis names
    const { trained } = await start(store);
    expect(await running).toEqual(right);
    expect(trained).toEqual([label]);
  });

  test("is made again where it is found damaged", async () => {
    const store = await finished();
    writeFileSync(join(store, "nodes", ticket.hash, "weights.safetensors"), "damaged");
    const { trained } = await start(store);
    expect(await run(store)).toEqual(right);
    expect(trained).toEqual([ticket.label]);
  });

  test("is made again where a worker put it elsewhere, and the command says so", async () => {
    const store = join(root, "meant");
    const said: string[] = [];
    const running = run(store, (line) => said.push(line));
    while (!(await board.knows(plan))) await sleep(20);
    for (const { hash } of networks) await board.finish(plan, hash);
    while (said.length === 0) await Promise.race([sleep(20), running]);
    await start(store);
    expect(await running).toEqual(right);
    expect(said).toEqual([
      `networks that were finished are not in ${store}: they are made again; a worker of another store needs --store ${store}`,
    ]);
    expect((await queueStatus(address())).plans).toMatchObject([{ finished: networks.length }]);
  });

  test("is made again for two commands at once, whose stores differ", async () => {
    const [one, other] = [join(root, "one"), join(root, "another")];
    await Promise.all([start(one), start(other)]);
    expect(await Promise.all([run(one), run(one), run(other)])).toEqual([right, right, right]);
  });

  test("is added by the worker that makes what it rests on, and what the store has is not", async () => {
    const store = await finished();
    rmSync(join(store, "nodes", ticket.hash), { recursive: true });
    const { nodes } = await openWorkStore(storeAddress(store));
    const queue = new Queue("networks", { connection: { host: "127.0.0.1", port: redis.port }, prefix: "ltt" });
    const networkQueue = new NetworkQueue(address());
    await release({ queue: networkQueue, board, nodes }, plan, toyPlan(toy), dense.hash);
    expect((await queue.getPrioritized()).map(({ data }) => data)).toMatchObject([{ node: ticket.hash }]);
    await Promise.all([queue.close(), networkQueue.close()]);
  });
});
