import { expect, test } from "vitest";
import type { OwnModel } from "./own-models.ts";
import { ownSettings, sizedOptions } from "./own-profile.ts";

const own = (model: OwnModel, columns = {}) => ({
  files: { train: "a.csv" },
  columns: { text: "t", ...columns },
  model,
});
const sizes = (train: number) => ({ train, validation: 1, test: 1 });

test("few texts are trained on for more epochs, a million for three", () => {
  const epochs = (train: number) => sizedOptions({ texts: "a.csv" }, own("cnn"), sizes(train)).epochs;
  expect([100, 7463, 28_000, 84_000, 1_000_000].map(epochs)).toEqual([40, 35, 10, 4, 3]);
});

test("quick takes 2,800 texts at most, and more epochs of fewer", () => {
  const chosen = (train: number) => sizedOptions({ texts: "a.csv", profile: "quick" }, own("lstm"), sizes(train));
  expect([100, 1000, 100_000].map((train) => [chosen(train).trainSize, chosen(train).epochs])).toEqual([
    [100, 20],
    [1000, 9],
    [2800, 3],
  ]);
});

test("what the user says counts, also in how many steps an epoch has", () => {
  const options = { texts: "a.csv", trainSize: 50, batchSize: 1 };
  expect(sizedOptions(options, own("cnn"), sizes(100))).toEqual({ ...options, epochs: 40 });
  expect(sizedOptions({ ...options, epochs: 7 }, own("cnn"), sizes(100))).toEqual({ ...options, epochs: 7 });
});

test("models, rounds and rate are those of the pairs, learning rates are not", () => {
  expect(ownSettings(own("cnn"), "corrected")).toMatchObject({
    experiment: { rounds: 20, rate: 0.2, seeds: [1, 2, 3], learningRate: 1e-3 },
    data: { maxLength: 400, vocabularySize: 50_000, batchSize: 64 },
  });
  expect(ownSettings(own("lstm"), "quick")).toMatchObject({
    experiment: { rounds: 3, rate: 0.5, seeds: [1], learningRate: 2e-3 },
    data: { maxLength: 80, vocabularySize: 10_000, trainSize: undefined },
    model: { hidden: 64 },
  });
});

test("several labels a text are measured over epochs, in training too", () => {
  expect(ownSettings(own("cnn", { labels: "l" }), "corrected").experiment.measureTraining).toBe(true);
  expect("measureTraining" in ownSettings(own("cnn", { label: "l" }), "corrected").experiment).toBe(false);
});
