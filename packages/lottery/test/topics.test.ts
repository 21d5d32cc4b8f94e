import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stream, type TokenMatrix, tokens } from "@ltt/core";
import { type Batch, TextCnn } from "@ltt/layers";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  auditRun,
  constantF1,
  type ExperimentSettings,
  FolderStore,
  judge,
  type LevelResult,
  multiLabelClassification,
  planExperiment,
  replay,
  runExperiment,
  type Task,
} from "../src/index.ts";
import { toySettings, toyTask } from "./toy-task.ts";

/** Word 2 + c stands in a text of topic c; a text has none to three of the three topics, the first most often. */
const topicsTask: Task<TokenMatrix> = {
  data: { task: "topics", version: 1 },
  architecture: { model: "topics" },
  measure: multiLabelClassification,
  measureName: "micro-F1",
  chance: 0.55,
  model: (rng) => new TextCnn({ rows: 20, outputs: 3, dim: 8, widths: [1, 2], filters: 8, dropout: 0.2 }, rng),
  batches: (seed) => ({
    train: (epoch) => batchesOf(`train ${seed} ${epoch}`, 8),
    stepsPerEpoch: 8,
    validation: () => batchesOf("validation", 4),
    trainMonitor: () => batchesOf("monitored", 2),
    test: () => batchesOf("test", 8),
  }),
};

const settings: ExperimentSettings = { ...toySettings, epochs: 8, measureTraining: true };

function* batchesOf(name: string, count: number): Generator<Batch> {
  const rng = stream(1, name);
  const [texts, time] = [16, 8];
  for (let b = 0; b < count; b++) {
    const rows = Array.from({ length: texts }, () => [0.7, 0.3, 0.2].map((share) => Number(rng.uniform() < share)));
    const ids = rows.flatMap((row) => {
      const words = row.flatMap((has, topic) => (has === 1 ? [2 + topic] : []));
      return Array.from({ length: time }, (_, at) => words[at] ?? 5 + rng.below(15));
    });
    yield {
      input: tokens(ids, [texts, time]),
      lengths: tokens(new Int32Array(texts).fill(time), [texts]),
      targets: tokens(rows.flat(), [texts, 3]),
    };
  }
}

const folder = mkdtempSync(join(tmpdir(), "ltt-topics-"));
const clock = () => 0;
const levels: LevelResult[] = [];
let store: FolderStore;

beforeAll(async () => {
  store = await FolderStore.open(folder);
  for await (const level of runExperiment(topicsTask, settings, { store, clock })) levels.push(level);
});

afterAll(() => rmSync(folder, { recursive: true }));

test("a lottery of texts of several topics learns, and is measured by micro-F1", () => {
  const [dense] = levels;
  expect(dense!.testAccuracy).toBeGreaterThan(0.9);
  expect(dense!.collapsed).toBeNull();
  const { "micro precision": p, "micro recall": r } = dense!.measures as Record<string, number>;
  expect(dense!.testAccuracy).toBeCloseTo((2 * p! * r!) / (p! + r!), 6);
  const scores = Array.from(dense!.testScores!);
  expect(scores.length).toBe(128);
  expect(scores.reduce((sum, score) => sum + score, 0) / 128).toBeCloseTo(dense!.testAccuracy, 9);
});

test("every validation has all measures, and every epoch's end the training part too", () => {
  const { curve } = levels[0]!;
  expect(curve.map(({ step }) => step)).toEqual(Array.from({ length: 16 }, (_, i) => 4 * (i + 1)));
  for (const { step, measures, training } of curve) {
    expect(Object.keys(measures!)).toContain("macro f1");
    expect(training === undefined).toBe(step % 8 !== 0);
  }
  const trained = curve.at(-1)!.training!;
  expect(trained.accuracy).toBeGreaterThan(0.9);
  expect(trained.loss).toBeLessThan(curve[1]!.training!.loss);
  expect(Object.keys(trained.measures)).toEqual(Object.keys(levels[0]!.measures));
});

test("the audit passes, and a network trained again has the same bytes", async () => {
  const planned = planExperiment(topicsTask, settings);
  const checks = await auditRun(store, planned, { task: topicsTask as Task });
  expect(checks.filter(({ passed }) => !passed)).toEqual([]);
  const again = mkdtempSync(join(tmpdir(), "ltt-topics-again-"));
  try {
    const { different } = await replay(topicsTask, levels[1]!.node!, store, await FolderStore.open(again), { clock });
    expect(different).toEqual([]);
  } finally {
    rmSync(again, { recursive: true });
  }
});

test("the verdict of one run has intervals over test texts, and says what is compared", () => {
  const verdict = judge(levels, { measure: "micro-F1" });
  expect([verdict.basis, verdict.measure]).toEqual(["one run", "micro-F1"]);
  const { mean, halfWidth } = verdict.levels[0]!.dense.difference;
  expect(mean).toBeCloseTo(verdict.levels[0]!.testAccuracy - verdict.levels[0]!.denseTestAccuracy, 6);
  expect(halfWidth).toBeGreaterThan(0);
  expect(halfWidth).toBeLessThan(0.2);
});

test("a network that says the same of all texts has learnt nothing, nor has one no better than the best constant answer", async () => {
  const short = { ...settings, arms: ["winning-ticket" as const], rounds: 0 };
  const collapseOf = async (task: Task<TokenMatrix>) => {
    for await (const { collapsed } of runExperiment(task, short, { store, clock })) return collapsed;
    return undefined;
  };
  const blank = (batches: Iterable<Batch>) =>
    Array.from(batches, ({ input, ...rest }) => ({ ...rest, input: tokens(input.data.map(() => 5), input.shape) })); // biome-ignore format: one line
  const wordless: Task<TokenMatrix> = {
    ...topicsTask,
    data: { task: "the same text, with topics" },
    batches: (seed) => {
      const { train, validation, trainMonitor, test, ...rest } = topicsTask.batches(seed);
      return {
        ...rest,
        train: (epoch) => blank(train(epoch)),
        validation: () => blank(validation()),
        trainMonitor: () => blank(trainMonitor!()),
        test: () => blank(test()),
      };
    },
  };
  expect(await collapseOf(wordless)).toBe("constant");
  // Every answer is right: the scores do not vary, and lie above any constant answer's.
  expect(await collapseOf({ ...topicsTask, data: { task: "0.99 by a constant" }, chance: 0.99 })).toBe(null);
  expect(await collapseOf({ ...topicsTask, data: { task: "1 by a constant" }, chance: 1 })).toBe("chance");
});

test("the best constant answer to these texts", () => {
  const rows = [...batchesOf("test", 8)].flatMap(({ targets }) =>
    Array.from({ length: 16 }, (_, i) => Array.from(targets.data.subarray(3 * i, 3 * i + 3))),
  );
  const counts = [0, 1, 2].map((topic) => rows.filter((row) => row[topic] === 1).length);
  expect(constantF1(counts, rows.length)).toBeGreaterThan(0.55);
});

test("measuring training wants examples to measure, and changes no weight; without it nothing else is kept", async () => {
  const { trainMonitor: _, ...without } = topicsTask.batches(1);
  const blind = { ...topicsTask, batches: () => without };
  await expect(async () => {
    for await (const _ of runExperiment(blind, { ...settings, seeds: [2] }, { store, clock }));
  }).rejects.toThrow("settings.measureTraining is true, but batches.trainMonitor is undefined");

  const plain: LevelResult[] = [];
  const { measureTraining: _told, ...usual } = settings;
  for await (const level of runExperiment(topicsTask, { ...usual, arms: ["winning-ticket"] }, { store, clock }))
    plain.push(level);
  expect(plain[0]!.node).not.toBe(levels[0]!.node);
  expect(plain[0]!.testScores).toEqual(levels[0]!.testScores);
  expect(Object.keys(plain[0]!.curve[0]!)).toEqual(["step", "trainLoss", "validationLoss", "validationAccuracy"]);
});

test("a single class a text is measured over epochs too, with the mean F1", async () => {
  const task = {
    ...toyTask,
    batches: (seed: number) => ({ ...toyTask.batches(seed), trainMonitor: toyTask.batches(seed).validation }),
  };
  const told = { ...toySettings, arms: ["winning-ticket" as const], rounds: 0, measureTraining: true };
  for await (const level of runExperiment(task, told, { store, clock })) {
    expect(Object.keys(level.measures)).toEqual(["precision", "recall", "f1"]);
    expect(Object.keys(level.curve.at(-1)!.training!.measures)).toEqual(["precision", "recall", "f1"]);
  }
});
