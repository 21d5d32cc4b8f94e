import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Backend, createReferenceBackend, createWasmBackend, type TokenMatrix, useBackend } from "@ltt/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ExperimentSettings, FolderStore, runExperiment, type Task } from "../src/index.ts";
import { lstmTask, toyTask } from "./toy-task.ts";

/** 24 steps at most, a validation every 4, the moment rewound to after 8: a dense network, then one of half its weights. */
const settings: ExperimentSettings = {
  arms: ["late-rewinding"],
  seeds: [1],
  rounds: 1,
  rate: 0.5,
  epochs: 3,
  learningRate: 0.02,
  patience: 2,
  evaluationsPerEpoch: 2,
  rewindTo: { epoch: 1 },
  faults: [],
};

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-interrupted-"));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

interface Asked {
  readonly task?: Task<TokenMatrix>;
  readonly clock?: () => number;
  /** Interrupts after these steps, of all networks together; the run is started again each time. */
  readonly at?: readonly number[];
}

/** Runs to the end, and tells all steps that were made, in their order. */
async function run(folder: string, { task = toyTask, clock = () => 0, at = [] }: Asked = {}): Promise<string[]> {
  const made: string[] = [];
  for (;;) {
    const stop = new AbortController();
    const store = await FolderStore.open(join(root, folder));
    const onProgress = ({ arm, step }: { arm: string; step: number }) => {
      made.push(`${arm} ${step}`);
      if (at.includes(made.length)) stop.abort(new Error("interrupted"));
    };
    try {
      for await (const _ of runExperiment(task, settings, { store, clock, onProgress, signal: stop.signal }));
      return made;
    } catch (error) {
      if ((error as Error).message !== "interrupted") throw error;
    }
  }
}

/** The files of all nodes but their receipts, which hold times. */
function nodes(folder: string): Map<string, Buffer> {
  const base = join(root, folder, "nodes");
  const files = readdirSync(base, { recursive: true, encoding: "utf8" }).filter((path) => /\/(?!receipt)/.test(path));
  return new Map(files.sort().map((path) => [path, readFileSync(join(base, path))]));
}

const unfinished = (folder: string) => readdirSync(join(root, folder, "unfinished"));

const backends: readonly [string, () => Promise<Backend>][] = [
  ["reference", async () => createReferenceBackend()],
  ["wasm", () => createWasmBackend()],
  ["wasm on two threads", () => createWasmBackend({ threads: 2 })],
];

describe.each(backends)("on %s", (name, create) => {
  let before: Backend;
  beforeAll(async () => {
    before = useBackend(await create());
  });
  afterAll(() => {
    useBackend(before);
  });

  test.each([
    ["CNN", toyTask],
    ["LSTM", lstmTask],
  ])("a %s interrupted anywhere goes on with the next step, to the same bytes", async (model, task) => {
    const whole = `${name} ${model} whole`;
    const steps = await run(whole, { task });
    // Inside an epoch; where a validation is due; where the moment comes; twice within a few steps; in the sparse network.
    const at = [3, 4, 8, 9, 10, steps.length - 5];
    const parts = `${name} ${model} parts`;
    expect(await run(parts, { task, at })).toEqual(steps);
    expect(nodes(parts)).toEqual(nodes(whole));
    expect(unfinished(parts)).toEqual([]);
  });
});

test("interrupted while it validates, and while it tests, it goes on from there to the same bytes", async () => {
  const once: ExperimentSettings = { ...settings, rounds: 0, patience: 1 };
  const start = async (folder: string, part: "validation" | "test", at: number) => {
    const stop = new AbortController();
    let asked = 0;
    const batches: Task<TokenMatrix>["batches"] = (seed) => ({
      ...toyTask.batches(seed),
      *[part]() {
        if (++asked === at) stop.abort(new Error("interrupted"));
        yield* toyTask.batches(seed)[part]();
      },
    });
    const store = await FolderStore.open(join(root, folder));
    const made: number[] = [];
    const options = {
      store,
      clock: () => 0,
      signal: stop.signal,
      onProgress: ({ step }: { step: number }) => made.push(step),
    };
    try {
      for await (const _ of runExperiment({ ...toyTask, batches }, once, options));
    } catch (error) {
      if ((error as Error).message !== "interrupted") throw error;
    }
    return made;
  };
  const whole = await start("evaluating whole", "test", 0);
  expect(await start("evaluating", "validation", 2)).toEqual(whole.slice(0, 8));
  expect(unfinished("evaluating")[0]).toMatch(/-8$/);
  const rest = await start("evaluating", "test", 1);
  expect(rest).toEqual(whole.slice(8));
  expect(await start("evaluating", "test", 0)).toEqual([]);
  expect(nodes("evaluating")).toEqual(nodes("evaluating whole"));
});

test("a network in the making is kept every two minutes, and one that is finished no more", async () => {
  let now = 0;
  const kept: string[][] = [];
  const task: Task<TokenMatrix> = {
    ...toyTask,
    batches: (seed) => ({
      ...toyTask.batches(seed),
      *train(epoch) {
        for (const batch of toyTask.batches(seed).train(epoch)) {
          now += 50;
          kept.push(unfinished("timed"));
          yield batch;
        }
      },
    }),
  };
  const store = await FolderStore.open(join(root, "timed"));
  await store.checkpoints.put("other", 7, new Map(), { seconds: 0 });
  await run("timed", { task, clock: () => now });
  const steps = kept.map((names) =>
    names.filter((name) => !name.startsWith("other")).map((name) => name.split("-")[1]),
  );
  // A batch is asked for one before it is needed, so after step s it is 50 (s + 1) seconds: kept at 150 and 300.
  expect(steps.slice(0, 8)).toEqual([[], [], [], ["2"], ["2"], ["2"], ["5"], ["5"]]);
  expect(unfinished("timed")).toEqual(["other-7"]);
});

test("a store that loses what it was given is told by name; what was kept along the way stays", async () => {
  let now = 0;
  const folder = await FolderStore.open(join(root, "lossy"));
  const store = Object.create(folder, { checkpoints: { value: folder.checkpoints } }) as FolderStore;
  for (const method of ["has", "read", "node", "putFailed"] as const) {
    store[method] = folder[method].bind(folder) as never;
  }
  store.putIfAbsent = async () => "stored";
  const all = async () => {
    for await (const _ of runExperiment(toyTask, settings, { store, clock: () => (now += 10) }));
  };
  await expect(all()).rejects.toThrow(
    /^dense, seed 1, round 0: node [0-9a-f]{16} was written, and the store does not give it back whole: is it sound\?/,
  );
  expect(unfinished("lossy")).toHaveLength(1);
});

test("the time of all parts is the network's, and what changed on the disk is put away and made again, to the same bytes", async () => {
  let now = 0;
  const clock = () => (now += 1000);
  const stop = new AbortController();
  const store = await FolderStore.open(join(root, "damaged"));
  const onProgress = ({ step }: { step: number }) => step === 5 && stop.abort(new Error("interrupted"));
  const first = async () => {
    for await (const _ of runExperiment(toyTask, settings, { store, clock, onProgress, signal: stop.signal }));
  };
  await expect(first()).rejects.toThrow("interrupted");
  const [kept] = unfinished("damaged");
  const folder = join(root, "damaged", "unfinished", kept!);
  const { seconds } = JSON.parse(readFileSync(join(folder, "receipt.json"), "utf8"));
  expect(seconds).toBeGreaterThan(5000);

  const path = join(folder, "checkpoint.safetensors");
  const good = readFileSync(path);
  writeFileSync(
    path,
    good.map((byte, i) => (i === good.length - 1 ? byte ^ 1 : byte)),
  );
  cpSync(join(root, "damaged"), join(root, "begun anew"), { recursive: true });
  expect((await run("begun anew")).slice(0, 2)).toEqual(["dense 1", "dense 2"]);
  expect(readdirSync(join(root, "begun anew", "quarantine"))).toEqual([`${kept}-1`]);

  writeFileSync(path, good);
  expect((await run("damaged", { clock })).slice(0, 2)).toEqual(["dense 6", "dense 7"]);
  expect(nodes("begun anew")).toEqual(nodes("damaged"));
  const dense = readdirSync(join(root, "damaged", "nodes")).map((node) =>
    JSON.parse(readFileSync(join(root, "damaged", "nodes", node, "receipt.json"), "utf8")),
  );
  expect(Math.max(...dense.map((receipt) => receipt.seconds))).toBeGreaterThan(seconds);
});
