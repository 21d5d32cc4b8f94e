import { expect, test } from "vitest";
import { chosenSettings } from "./chosen-settings.ts";
import { departures } from "./departures.ts";
import type { RunOptions } from "./run-options.ts";
import { defaultProfile, profileSettings } from "./run-settings.ts";
import { subjectOf } from "./subject.ts";

async function saidOf(options: RunOptions): Promise<string | undefined> {
  const subject = subjectOf(options);
  const { settings } = profileSettings(subject, options.profile ?? defaultProfile(subject));
  return departures(settings, await chosenSettings(options), subject.own !== undefined);
}

const said = (words: string) => `Chosen for this run, in the place of the profile's: ${words} (under Settings).`;

test("a run tells what it does otherwise than its profile", async () => {
  expect(
    await saidOf({ pair: "cifar-conv2", steps: 2000, rate: 0.36, rates: { output: 0.19 }, seeds: [1], rounds: 7 }),
  ).toBe(said("length of training, rounds, pruning rate, pruning rates of some tensors"));
  expect(await saidOf({ pair: "cifar-resnet20", profile: "rewinding", epochs: 20, rewind: { epoch: 1 } })).toBe(
    said("length of training, rewinding moment"),
  );
  expect(await saidOf({ pair: "cifar-vgg16", augment: "none", batchSize: 32 })).toBe(said("batch size, augmentation"));
  expect(await saidOf({ pair: "ag-news-lstm", hidden: 8, embedding: "glove", maxLength: 20, patience: null })).toBe(
    said("early stopping, text length, hidden units, embedding"),
  );
});

test("a run tells nothing of what is the profile's, of arms and seeds, or of a moment to which no arm goes back", async () => {
  expect(await saidOf({ pair: "cifar-conv2" })).toBeUndefined();
  const rates = { output: 0.1, convolutions: 0.1 };
  expect(
    await saidOf({ pair: "cifar-conv2", rates, arms: ["winning-ticket"], seeds: [7], rewind: { step: 3 } }),
  ).toBeUndefined();
});

test("of texts of one's own, the number of texts decides how long training is", async () => {
  const texts = { texts: "reviews.csv", text: "text", label: "label" };
  expect(await saidOf({ ...texts, epochs: 7, trainSize: 90, learningRate: 0.01 })).toBe(said("learning rate"));
});
