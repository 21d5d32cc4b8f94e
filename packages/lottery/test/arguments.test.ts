import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stream } from "@ltt/core";
import { refusedOtherwise } from "@ltt/core/testing";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import * as lottery from "../src/index.ts";
import { calls, folder } from "./calls.ts";

const here = process.cwd();
beforeEach(() => process.chdir(mkdtempSync(join(folder, "here-")))); // a wrong path that is accepted is made there
afterAll(() => {
  process.chdir(here);
  rmSync(folder, { recursive: true, force: true });
});

/** What trains and computes within another function may say it for that one; what is wrong with files is said of where they are, `run`. */
const MADE_OF = [
  "train",
  "predict",
  "Adam",
  "Sgd",
  "EarlyStopping",
  "snapshot",
  "restore",
  "hashOf",
  "layerImportance",
  "run",
  "run/config.json",
  "run/lineage.json",
];

describe("any one thing wrong in a call is refused by name", () => {
  test.each(Object.entries(calls))("%s", async (name, makers) => {
    for (const make of makers) {
      const { call, args } = make();
      await call(...(args as never[])); // which is right
      expect(await refusedOtherwise(make, [name, ...MADE_OF])).toEqual([]);
    }
  });

  test("of every public function", () => {
    const constants = [
      "ARMS",
      "AT",
      "BUILT_IN_ARMS",
      "CONTROLS",
      "CRITERIA",
      "CUT",
      "CUT_UNITS",
      "FAULTS",
      "GIVEN",
      "INIT",
      "OPERATIONS",
      "OPTIMISERS",
      "PARTS",
      "POOLS",
      "SEARCH",
      "SHUFFLE_MASK",
      "STANDARD_ARMS",
      "START",
      "TRAIN",
      "TRANSFER_ARMS",
    ];
    const criteria = [
      "largeInit",
      "magnitude",
      "magnitudeIncrease",
      "movement",
      "random",
      "largeFinalDifferingSign",
      "largeFinalSameSign",
      "largeInitLargeFinal",
      "smallFinal",
      "smallInit",
      "smallInitSmallFinal",
      "obd",
      "snip",
      "grasp",
      "synflow",
      "smartRatios",
      "erdosRenyi",
      "layerImportanceCriterion",
    ];
    const stops = ["earlyBirdStop"];
    const toBeCaught = ["RunFolderError", "TrainingFailure"];
    expect([...Object.keys(calls), ...constants, ...criteria, ...stops, ...toBeCaught].sort()).toEqual(
      Object.keys(lottery).sort(),
    );
  });
});

const untyped = (value: unknown) => value as never;
const base = () => calls.runExperiment![0]!().args as [object, object, object];
const run = async ([task, settings, options]: [unknown, unknown, unknown]) => {
  for await (const _ of lottery.runExperiment(untyped(task), untyped(settings), untyped(options)));
};
const withTask = (change: object) => () => run([{ ...base()[0], ...change }, base()[1], base()[2]]);
const withSettings = (change: object) => () => run([base()[0], { ...base()[1], ...change }, base()[2]]);
const withOptions = (change: object) => () => run([base()[0], base()[1], { ...base()[2], ...change }]);

test.each<[() => Promise<unknown>, string]>([
  [withSettings({ learning_rate: 0.1 }), 'settings: unknown option "learning_rate"; did you mean "learningRate"?'],
  [withSettings({ lr: 0.1 }), 'settings: unknown option "lr"; did you mean "learningRate"?'],
  [withSettings({ epochs: undefined }), "settings: epochs is undefined; it is an integer from 0"],
  [withSettings({ steps: 3 }), "settings: epochs is 1 and steps 3; give one of them"],
  [withSettings({ evaluateEvery: 3 }), "settings: evaluationsPerEpoch is 1 and evaluateEvery 3; give one of them"],
  [withSettings({ epochs: "4" }), 'settings: epochs is "4" (string); it is an integer from 0'],
  [withSettings({ patience: 0 }), "settings: patience is 0; it is an integer from 1, or null"],
  [withSettings({ patience: undefined }), "settings: patience is undefined; it is an integer from 1, or null"],
  [withSettings({ clipNorm: null }), "settings: clipNorm is null; it is a number above 0"],
  [
    withSettings({ arms: ["winning-ticket", "random"] }),
    'settings: arms[1] is "random" (string); it is "winning-ticket" or "random-reinit" or "shuffled-init" or "late-rewinding"',
  ],
  [
    withSettings({ faults: ["none"] }),
    'settings: faults[0] is "none" (string); it is "reinit-keeps-trained-embedding"',
  ],
  [withSettings({ cutAt: "last" }), 'settings: cutAt is "last" (string); it is "best" or "end"'],
  [withSettings({ rates: { outputs: 0.1 } }), 'settings: rates: "outputs" matches nothing; '],
  [withSettings({ exclude: ["bias"] }), 'settings: exclude: "bias" matches nothing; tensors are '],
  [withSettings({ seeds: [1, 0.5] }), "settings: seeds[1] is 0.5; it is an integer from 0"],
  [withSettings({ seeds: 1 }), "settings: seeds is 1; it is an array"],
  [withSettings({ rewindTo: {} }), "settings: rewindTo has neither epoch nor step; it has one of them"],
  [withSettings({ rewindTo: { epoch: 1, step: 1 } }), "settings: rewindTo has both epoch and step; it has one of them"],
  [withSettings({ rewindTo: { epochs: 1 } }), 'settings: rewindTo: unknown option "epochs"; did you mean "epoch"?'],
  [withTask({ chance: 50 }), "task: chance is 50; it is a fraction in [0, 1]"],
  [withTask({ model: undefined }), "task: model is undefined; it is a function"],
  [withTask({ data: undefined }), "task.data is undefined, which JSON does not hold"],
  [withTask({ architecture: { size: new Map() } }), "task.architecture.size is a Map, which JSON does not hold"],
  [withTask({ batches: () => [] }), "task.batches(1): options is an array of 0; it is an object of train"],
  [withTask({ batches: () => ({ trains: [] }) }), 'task.batches(1): unknown option "trains"; did you mean "train"?'],
  [withOptions({ store: folder }), "store is "],
  [withOptions({ onprogress: () => {} }), 'unknown option "onprogress"; did you mean "onProgress"?'],
])("runExperiment, message %#", async (wrong, message) => {
  await expect(wrong()).rejects.toThrow(`runExperiment: ${message}`);
});

test("what a task gives is checked where it is given", async () => {
  const data = "another"; // so that the network is trained
  await expect(withTask({ data, model: () => ({}) })()).rejects.toThrow(
    "runExperiment: what task.model gave is an object; it is a Module with a method forward(input, context)",
  );
  await expect(withTask({ data, measure: () => ({ scores: [1, 0] }) })()).rejects.toThrow(
    "trainNetwork: what measure gave.scores is an array of 2; it is a Float32Array",
  );
});

const [first, ...others] = calls.judge![0]!().args[0] as [lottery.JudgedResult, ...lottery.JudgedResult[]];
const judged = (change: object) => () => lottery.judge([...others, untyped({ ...first, ...change })]);
const pattern = new Map([["w", Int32Array.of(0, 3)]]);

test.each<[() => unknown, string]>([
  [judged({ testAccuracy: undefined }), "judge: results[3].testAccuracy is undefined; it is a fraction in [0, 1]"],
  [judged({ testAccuracy: 87 }), "judge: results[3].testAccuracy is 87; it is a fraction in [0, 1]"],
  [
    judged({ collapsed: undefined }),
    'judge: results[3].collapsed is undefined; it is "layer" or "constant" or "chance", or null',
  ],
  [judged({ seed: "1" }), 'judge: results[3].seed is "1" (string); it is an integer from 0'],
  [judged({ testScores: {} }), "judge: results[3].testScores is an object; it is a Float32Array"],
  [() => lottery.judge(untyped({ levels: [] })), "judge: results is an object; it is an array"],
  [() => lottery.judge([], untyped({ margins: 0.1 })), 'judge: unknown option "margins"; did you mean "margin"?'],
  [() => lottery.judge([], { margin: -0.1 }), "judge: margin is -0.1; it is in [0, 1)"],
  [
    () => lottery.cut(pattern, new Map(), untyped({ rate: 0.5, scope: "global", rng: stream(1) })),
    'cut: unknown option "scope"; options are rate, exclude, pool, group, rng',
  ],
  [
    () => lottery.cut(pattern, new Map([["w", new Float32Array(2)]]), { rate: () => 2, rng: stream(1) }),
    'cut: the rate of "w" is 2; it is a fraction in [0, 1]',
  ],
  [
    () => lottery.valuesAt(new Map([["w", new Float32Array(3)]]), pattern),
    'valuesAt: position 1 of "w" is 3; the tensor has elements 0–2',
  ],
  [
    () => lottery.classification({ logits: new Float32Array(2), outputs: 1, targets: Int32Array.of(0, 2), loss: 0 }),
    "classification: target 1 is 2; there are classes 0–1",
  ],
  [() => lottery.mean(untyped(["1", "2"])), 'mean: values[0] is "1" (string); it is a finite number'],
  [() => lottery.mean([1, Number.NaN]), "mean: values[1] is NaN; it is a finite number"],
  [
    () => lottery.canonicalJson(untyped({ a: new Float32Array(2) })),
    "canonicalJson: value.a is a Float32Array of 2, which",
  ],
  [() => lottery.nodeOf(lottery.CUT, { rate: Number.NaN }), "nodeOf: params.rate is NaN, which JSON does not hold"],
  [
    () => lottery.hashOf(untyped({ op: "cut", params: {}, inputs: {} })),
    "hashOf: version is undefined; it is an integer from 0",
  ],
])("message %#", (wrong, message) => {
  expect(wrong).toThrow(message);
});

test("JSON that holds itself is refused instead of overflowing the stack", () => {
  const value: { inner?: unknown } = {};
  value.inner = [value];
  expect(() => lottery.canonicalJson(untyped(value))).toThrow("canonicalJson: value.inner[0] holds itself");
});

test("an empty path is not the current folder, and no hash leads out of a store", async () => {
  await expect(lottery.FolderStore.open("")).rejects.toThrow('FolderStore: folder is "" (string); it is a path');
  await expect(lottery.FolderStore.check(" ")).rejects.toThrow('FolderStore: folder is " " (string); it is a path');
  await expect(lottery.writeAtomic("", "content")).rejects.toThrow('writeAtomic: path is "" (string); it is a path');
  const store = await lottery.FolderStore.open("run");
  await expect(store.read("../run")).rejects.toThrow(
    'FolderStore: hash is "../run" (string); it is a node\'s hash, of letters and digits',
  );
  await expect(store.putIfAbsent("ab", new Map([["../a", new Uint8Array()]]), { seconds: 1 })).rejects.toThrow(
    'FolderStore: the name of a file is "../a" (string); it is a name without slashes',
  );
});
