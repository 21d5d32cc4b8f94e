import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  createJob,
  type ExperimentSettings,
  FolderStore,
  hashOf,
  type Job,
  type LevelResult,
  type Node,
  type Progress,
  runExperiment,
  type Task,
} from "../src/index.ts";
import { normedTask } from "./normed-task.ts";
import { toySettings, toyTask } from "./toy-task.ts";

const settings: ExperimentSettings = { ...toySettings, seeds: [1, 2], rounds: 2 };
const clock = () => 0;

let root: string;
let expected: LevelResult[];
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "ltt-jobs-"));
  expected = await run("one");
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Jobs of this process, each with an own view of the folder; they take turns at their steps. */
async function jobsIn(folder: string, count: number, of: Of = [toyTask as Task<unknown>, settings]): Promise<Job[]> {
  const stores = await Promise.all(Array.from({ length: count }, () => FolderStore.open(join(root, folder))));
  return stores.map((store) => createJob(...of, { store, clock }));
}

type Of = readonly [task: Task<unknown>, settings: ExperimentSettings];

async function run(
  folder: string,
  options: { jobs?: Job[]; signal?: AbortSignal; onProgress?: (now: Progress) => void } = {},
  of: Of = [toyTask as Task<unknown>, settings],
): Promise<LevelResult[]> {
  const store = await FolderStore.open(join(root, folder));
  const levels: LevelResult[] = [];
  for await (const level of runExperiment(...of, { store, clock, ...options })) levels.push(level);
  return levels;
}

/** The files of all nodes but their receipts. */
function nodes(folder: string): Map<string, Buffer> {
  const base = join(root, folder, "nodes");
  const files = readdirSync(base, { recursive: true, encoding: "utf8" }).filter((path) => /\/(?!receipt)/.test(path));
  return new Map(files.sort().map((path) => [path, readFileSync(join(base, path))]));
}

test("a network that is no level, but that levels rest on, is trained once, by one job", async () => {
  const slimmed: Of = [normedTask as Task<unknown>, { ...settings, arms: ["slimming"], rounds: 1, seeds: [1] }];
  const stores: string[] = [];
  const jobs = (await jobsIn("hidden", 2, slimmed)).map((job, i): Job => {
    const make: Job["make"] = async (network, listener) => {
      stores.push(`${i} ${network.hash}`);
      return job.make(network, listener);
    };
    return { ...job, make };
  });
  const levels = await run("hidden", { jobs }, slimmed);
  expect(levels.map(({ arm, round }) => `${arm} ${round}`)).toEqual(["dense 0", "slimming 1"]);
  expect(new Set(stores.map((each) => each.slice(2))).size).toBe(3);
  expect(stores.length).toBe(3);
  const idle: Job = { make: () => Promise.reject(new Error("all is there")) };
  expect(await run("hidden", { jobs: [idle] }, slimmed)).toEqual(levels);
});

test("weights along a training that two jobs of one process need are put by both, and are there once", async () => {
  const store = await FolderStore.open(join(root, "states"));
  const node: Node = { op: "at", version: 1, params: { state: 3 }, inputs: { trained: "0123456789abcdef" } };
  const files = new Map([
    ["config.json", Buffer.from(JSON.stringify(node))],
    ["weights.safetensors", Buffer.alloc(1 << 20, 7)],
  ]);
  const puts = Array.from({ length: 8 }, () => store.putIfAbsent(hashOf(node), files, { seconds: 1 }));
  expect((await Promise.all(puts)).sort()).toEqual(["stored", ...new Array(7).fill("there")].sort());
  expect(readdirSync(join(root, "states", "nodes"))).toEqual([hashOf(node)]);
});

const unfinished = (folder: string) =>
  existsSync(join(root, folder, "unfinished")) ? readdirSync(join(root, folder, "unfinished")) : [];

test.each([2, 3])("%i jobs give the same results in the same order, and the same bytes", async (count) => {
  const together = new Set<number>();
  const onProgress = ({ inTheMaking }: Progress) => together.add(inTheMaking);
  expect(await run(`${count}`, { jobs: await jobsIn(`${count}`, count), onProgress })).toEqual(expected);
  expect(nodes(`${count}`)).toEqual(nodes("one"));
  expect(Math.max(...together)).toBe(count);
  expect(unfinished(`${count}`)).toEqual([]);
});

test("interrupted, each job keeps its network, and one job goes on to the same bytes", async () => {
  const stop = new AbortController();
  let steps = 0;
  const onProgress = ({ inTheMaking }: Progress) => {
    if (inTheMaking === 2 && ++steps === 40) stop.abort(new Error("interrupted"));
  };
  const jobs = await jobsIn("stopped", 2);
  await expect(run("stopped", { jobs, signal: stop.signal, onProgress })).rejects.toThrow("interrupted");
  expect(unfinished("stopped").length).toBe(2);
  expect(await run("stopped")).toEqual(expected);
  expect(nodes("stopped")).toEqual(nodes("one"));
});

test("a job that fails ends the run with its error, once the others have kept theirs; a job that is left alone goes on", async () => {
  const [good] = await jobsIn("failed", 1);
  let made = 0;
  let fail = () => {};
  const bad: Job = {
    make: () => {
      made++;
      return new Promise((_, reject) => {
        fail = () => reject(new Error("the machine is on fire"));
      });
    },
  };
  /** While this one is in the middle of a network, the other one fails. */
  const working: Job = {
    make: (network, listener) =>
      good!.make(network, {
        ...listener,
        onStep: (...step) => {
          listener.onStep(...step);
          fail();
        },
      }),
  };
  await expect(run("failed", { jobs: [working, bad] })).rejects.toThrow("the machine is on fire");
  expect(made).toBe(1);
  expect(unfinished("failed").length).toBe(1);
  expect(await run("failed", { jobs: [good!] })).toEqual(expected);
});

test("who stops listening stops the jobs", async () => {
  const store = await FolderStore.open(join(root, "left"));
  const jobs = await jobsIn("left", 2);
  let steps = 0;
  const onProgress = () => void steps++;
  for await (const _ of runExperiment(toyTask, settings, { store, clock, jobs, onProgress })) break;
  const then = steps;
  await sleep(50);
  expect(steps).toBe(then);
  const idle: Job = { make: async () => {} };
  await expect(run("idle", { jobs: [idle] })).rejects.toThrow(
    /a job has not made node [0-9a-f]+: dense, seed 1, round 0/,
  );
  await expect(run("left", { jobs: [] })).rejects.toThrow("jobs is empty; leave it out, or give at least one");
  await expect(run("left", { jobs: [{} as Job] })).rejects.toThrow("jobs[0] is an object; it is a job");
});
