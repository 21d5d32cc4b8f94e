import { isDeepStrictEqual } from "node:util";
import { type ExperimentSettings, rewinds } from "@ltt/lottery";
import type { RunSettings } from "./run-settings.ts";

/** Settings of which a note about a profile says something. Arms, seeds, faults and measures of training are said elsewhere. */
const OF_EXPERIMENT: Partial<Record<keyof ExperimentSettings, string>> = {
  epochs: "length of training",
  steps: "length of training",
  evaluationsPerEpoch: "validations",
  evaluateEvery: "validations",
  patience: "early stopping",
  optimiser: "optimiser",
  momentum: "momentum",
  learningRate: "learning rate",
  schedule: "learning rate schedule",
  warmUp: "warm-up",
  weightDecay: "weight decay",
  l1: "L1 penalty",
  clipNorm: "gradient clipping",
  rounds: "rounds",
  rate: "pruning rate",
  rates: "pruning rates of some tensors",
  pool: "pruning pool",
  exclude: "tensors left whole",
  criterion: "pruning criterion",
  rewindTo: "rewinding moment",
};

const OF_TASK: Readonly<Record<string, string>> = {
  trainSize: "training examples",
  batchSize: "batch size",
  maxLength: "text length",
  augment: "augmentation",
  hidden: "hidden units",
  dropout: "dropout",
  embedding: "embedding",
};

/**
 * What a run does otherwise than its profile, in words: a note says it, lest a published experiment be named for settings that were not its
 * own. `undefined` where nothing is.
 *
 * @param isSized - Whether the profile leaves the length of training to the number of examples.
 */
export function departures(usual: RunSettings, chosen: RunSettings, isSized: boolean): string | undefined {
  const isHeard = (key: string) =>
    (key !== "rewindTo" || rewinds(chosen.experiment)) && !(isSized && ["epochs", "trainSize"].includes(key));
  const changed = [
    ...changedIn(usual.experiment, chosen.experiment, OF_EXPERIMENT, isHeard),
    ...changedIn(usual.data, chosen.data, OF_TASK, isHeard),
    ...changedIn(usual.model ?? {}, chosen.model ?? {}, OF_TASK, isHeard),
  ];
  if (changed.length === 0) return undefined;
  return `Chosen for this run, in the place of the profile's: ${[...new Set(changed)].join(", ")} (under Settings).`;
}

function changedIn(usual: object, chosen: object, words: object, isHeard: (key: string) => boolean): string[] {
  const told = (settings: object, key: string) => (settings as Record<string, unknown>)[key];
  return Object.entries(words as Record<string, string>)
    .filter(([key]) => isHeard(key) && !isDeepStrictEqual(told(usual, key), told(chosen, key)))
    .map(([, word]) => word);
}
