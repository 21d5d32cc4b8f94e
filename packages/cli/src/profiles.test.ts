import { stream } from "@ltt/core";
import { countParameters, TextCnn, TextLstm } from "@ltt/layers";
import { FAULTS } from "@ltt/lottery";
import { expect, test } from "vitest";
import { chosenSettings } from "./chosen-settings.ts";
import { FOLDS, TEXT_PAIRS } from "./pairs.ts";
import { TEXT_PROFILES } from "./profile-names.ts";
import { notesOf, settingsOf } from "./profiles.ts";

test.each([
  ["imdb-cnn", 5_120_801, 20, 5e-3],
  ["ag-news-cnn", 5_121_704, 10, 1e-3],
  ["imdb-lstm", 4_810_857, 10, 5e-3],
  ["ag-news-lstm", 4_812_396, 10, 1e-3],
] as const)(
  "%s as published: %i parameters, at most %i epochs, learning rate %f",
  (pair, parameters, epochs, learningRate) => {
    for (const profile of ["published-2020", "corrected"] as const) {
      const { experiment, data, model } = settingsOf(pair, profile);
      expect(experiment).toMatchObject({ rounds: 20, rate: 0.2, epochs, learningRate, rewindTo: { epoch: 1 } });
      expect(experiment.clipNorm).toBeUndefined();
      expect(experiment.faults).toEqual(profile === "corrected" ? [] : FAULTS);
      expect([data.batchSize, data.trainSize]).toEqual([64, undefined]);
      expect(model).toEqual({ embedding: { vectors: "normal", frozen: false } });
    }
    // Frozen or not, and whatever it starts from, an embedding counts the same.
    const rows = settingsOf(pair, "corrected").data.vocabularySize + 2;
    const embedding = { frozen: true, initialisers: { weight: () => new Float32Array(rows * 100) } };
    const options = { rows, outputs: pair.startsWith("imdb") ? 1 : 4, embedding };
    const model = pair.endsWith("cnn") ? new TextCnn(options, stream(1)) : new TextLstm(options, stream(1));
    expect(countParameters(model)).toBe(parameters);
  },
);

test.each(["mr-cnn", "sst2-cnn", "trec-cnn", "subj-cnn"] as const)(
  "%s has Kim's batches, parts and embedding",
  (pair) => {
    const { experiment, data, model } = settingsOf(pair, "corrected");
    expect(experiment).toMatchObject({ rounds: 20, rate: 0.2, epochs: 25, learningRate: 1e-3, seeds: [1, 2, 3] });
    expect(data).toMatchObject({ batchSize: 50, testFraction: 0.1, validationFraction: 0.1 });
    expect(model.embedding).toEqual({ vectors: "uniform", frozen: false });
    expect(data.phrases).toBe(pair === "sst2-cnn" ? true : undefined);
    expect(settingsOf(pair, "quick").data.phrases).toBe(pair === "sst2-cnn" ? false : undefined);
  },
);

test("quick is three rounds of one half, of an LSTM with 64 units", () => {
  for (const pair of TEXT_PAIRS) {
    const { experiment, model } = settingsOf(pair, "quick");
    expect(experiment).toMatchObject({ rounds: 3, rate: 0.5, epochs: 3, seeds: [1], faults: [] });
    expect(model.hidden).toBe(pair.endsWith("lstm") ? 64 : undefined);
  }
  expect(TEXT_PROFILES).toEqual(["quick", "corrected", "published-2020"]);
});

test("Reuters is measured over epochs, other pairs where it is asked for", async () => {
  for (const pair of TEXT_PAIRS) {
    const { experiment } = settingsOf(pair, "corrected");
    expect(experiment.measureTraining).toBe(pair.startsWith("reuters-") ? true : undefined);
  }
  const { data, experiment } = settingsOf("reuters-cnn", "corrected");
  expect([data.maxLength, data.validationFraction, experiment.epochs, experiment.learningRate]).toEqual([
    400, 0.2, 30, 1e-3,
  ]);
  expect((await chosenSettings({ pair: "imdb-cnn", measureTraining: true })).experiment.measureTraining).toBe(true);
  expect((await chosenSettings({ pair: "reuters-lstm", topics: 90 })).data).toMatchObject({ topics: 90 });
});

test("hidden gives an LSTM its units, and no CNN", async () => {
  expect((await chosenSettings({ pair: "imdb-lstm", hidden: 8 })).model?.hidden).toBe(8);
  expect((await chosenSettings({ pair: "imdb-lstm", profile: "quick" })).model?.hidden).toBe(64);
  await expect(chosenSettings({ pair: "imdb-cnn", hidden: 8 })).rejects.toThrow(
    "hidden is 8, but imdb-cnn is a CNN: only an LSTM has hidden units",
  );
});

test("a report says of each pair what is true of it", () => {
  const said = (pair: (typeof TEXT_PAIRS)[number]) => notesOf(pair, "corrected").join(" ");
  for (const pair of TEXT_PAIRS) {
    const isPublished = /^(imdb|ag-news)-/.test(pair);
    const { data, experiment } = settingsOf(pair, "corrected");
    expect(said(pair).includes("data, models, optimiser and rounds of the published experiment (2020)")).toBe(
      isPublished,
    );
    expect(said(pair).includes("no published lottery")).toBe(!isPublished);
    expect(said(pair)).toContain(`${data.maxLength}`);
    if (!isPublished) expect(said(pair)).toContain(`at most ${experiment.epochs} epochs`);
    expect(notesOf(pair, "published-2020").join(" ").includes("no published lottery")).toBe(!isPublished);
    expect(notesOf(pair, "quick").length).toBe(1);
  }
  for (const pair of ["mr-cnn", "sst2-cnn", "trec-cnn", "subj-cnn"] as const)
    expect(said(pair)).toContain("batches of 50, at most 25 epochs");
  expect(said("reuters-lstm")).toContain("a fifth of the training part validates");
  expect(said("spam-cnn")).toContain("a fifth of the e-mails tests");
});

test("a fold is one of the parts that a pair's data is divided into, and of no pair with a test part of its own", async () => {
  for (const [pair, folds] of Object.entries(FOLDS)) {
    const { testFraction = 0.2 } = settingsOf(pair as (typeof TEXT_PAIRS)[number], "corrected").data;
    expect(folds).toBe(Math.round(1 / testFraction));
  }
  expect((await chosenSettings({ pair: "spam-cnn", fold: 5 })).data).toMatchObject({ fold: 5 });
  await expect(chosenSettings({ pair: "spam-cnn", fold: 6 })).rejects.toThrow(
    "fold is 6, but spam-cnn has 5; choose one from 1 to 5",
  );
  await expect(chosenSettings({ pair: "mr-cnn", fold: 11 })).rejects.toThrow(
    "fold is 11, but mr-cnn has 10; choose one from 1 to 10",
  );
  await expect(chosenSettings({ pair: "ag-news-cnn", fold: 1 })).rejects.toThrow(
    "fold is 1, but ag-news-cnn has a test part of its own; leave it out",
  );
});
