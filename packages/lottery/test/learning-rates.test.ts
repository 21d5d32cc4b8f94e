import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stream } from "@ltt/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ExperimentSettings, FolderStore, planExperiment, runExperiment, trainTo } from "../src/index.ts";
import { toySettings, toyTask } from "./toy-task.ts";

/** 32 steps, 8 an epoch. */
const settings: ExperimentSettings = {
  ...toySettings,
  arms: ["late-rewinding"],
  optimiser: "sgd",
  learningRate: 0.2,
  momentum: 0.9,
  weightDecay: 1e-3,
  schedule: { milestones: [{ epoch: 2 }, { step: 24 }], factor: 0.5 },
  warmUp: { step: 5 },
};

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-learning-rates-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs, interrupted after these steps of all networks together. @returns the files of all nodes but their receipts. */
async function run(folder: string, at: readonly number[]): Promise<Map<string, Buffer>> {
  let made = 0;
  for (let isOver = false; !isOver; ) {
    const stop = new AbortController();
    const store = await FolderStore.open(join(root, folder));
    const onProgress = () => {
      if (at.includes(++made)) stop.abort(new Error("interrupted"));
    };
    try {
      const options = { store, clock: () => 0, onProgress, signal: stop.signal };
      for await (const _ of runExperiment(toyTask, settings, options));
      isOver = true;
    } catch (error) {
      if ((error as Error).message !== "interrupted") throw error;
    }
  }
  const base = join(root, folder, "nodes");
  const files = readdirSync(base, { recursive: true, encoding: "utf8" }).filter((path) => /\/(?!receipt)/.test(path));
  return new Map(files.sort().map((path) => [path, readFileSync(join(base, path))]));
}

test("a run with momentum, a schedule and a warm-up goes on to the same bytes, wherever it is interrupted", async () => {
  const whole = await run("whole", []);
  expect(whole.size).toBeGreaterThan(5);
  // In the warm-up, at a milestone, between them; then in the rewound network, which has the steps 17–32.
  expect(await run("interrupted", [3, 16, 20, 33, 40])).toEqual(whole);
});

test("training that begins at a step begins with the learning rate of that step", async () => {
  // Without momentum there is nothing else to remember.
  const { epochs, evaluationsPerEpoch, learningRate, patience, schedule, warmUp } = settings;
  const plain = { epochs, evaluationsPerEpoch, learningRate, patience, schedule, optimiser: "sgd" as const, warmUp };
  const options = { batches: toyTask.batches(1), settings: plain, seed: 1, chance: 0.5 };
  const model = () => toyTask.model(stream(1));
  const parts = model();
  const expected = await trainTo(model(), 28, options);
  await trainTo(parts, 16, options);
  expect(await trainTo(parts, 28, { ...options, firstStep: 16 })).toEqual(expected);
  for (const change of [{ schedule: undefined }, { warmUp: undefined }])
    expect(await trainTo(model(), 28, { ...options, settings: { ...plain, ...change } })).not.toEqual(expected);
});

const names = (change: Partial<ExperimentSettings>) =>
  planExperiment(toyTask, { ...settings, ...change }).map(({ network }) => network);

test("schedule and warm-up are part of a network's name, in steps; none of them is", () => {
  const epochs = { schedule: { milestones: [{ step: 16 }, { epoch: 3 }], factor: 0.5 }, warmUp: { step: 5 } };
  expect(names(epochs)).toEqual(names({})); // the same moments
  const others = [
    names({}),
    names({ schedule: undefined }),
    names({ warmUp: undefined }),
    names({ schedule: { milestones: [{ step: 16 }], factor: 0.5 } }),
    names({ schedule: { ...settings.schedule!, factor: 0.1 } }),
    names({ warmUp: { step: 6 } }),
  ].map(([dense]) => dense);
  expect(new Set(others).size).toBe(others.length);
  expect(names({ schedule: undefined, warmUp: undefined })).toEqual(
    names({ schedule: { milestones: [] }, warmUp: undefined }),
  );
});
