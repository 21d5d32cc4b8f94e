import type { Rng } from "@ltt/core";
import type { Batches, Model, Moment, TrainingSettings } from "./network.ts";
import type { Json, NodeStore } from "./node-store.ts";

/**
 * The arms of an experiment, all with the same dense network at their root:
 *
 * - `winning-ticket`: each sparse network starts from the initial weights;
 * - `random-reinit`: the control: the winning ticket's patterns, fresh initial weights in every tensor;
 * - `late-rewinding`: starts from the weights of an early moment of dense training, with its own patterns.
 */
export const ARMS = ["winning-ticket", "random-reinit", "late-rewinding"] as const;
export type Arm = (typeof ARMS)[number];

/** Faults of the published experiment, re-enacted only where they are named. */
export const FAULTS = [
  /** Random re-initialisation starts with the embedding that its network before had trained. */
  "reinit-keeps-trained-embedding",
  /** Random re-initialisation prunes its own networks instead of using the ticket's patterns. */
  "reinit-own-patterns",
  /** “Late rewinding” rewinds to the end of dense training. */
  "rewinds-to-trained-weights",
  /** Early stopping counts every validation without improvement, not those in a row. */
  "patience-never-resets",
  /** Accuracy is the mean of the batches' accuracies. */
  "accuracy-of-batch-means",
  /** The report chooses the winner by test accuracy. */
  "winner-by-test-accuracy",
] as const;
export type Fault = (typeof FAULTS)[number];

export interface ExperimentSettings extends TrainingSettings {
  readonly arms: readonly Arm[];
  readonly seeds: readonly number[];
  readonly rounds: number;
  /** The fraction of what is left that each round removes, of every tensor. */
  readonly rate: number;
  readonly rewindTo: Moment;
  readonly faults: readonly Fault[];
}

/** What is trained on what. */
export interface Task {
  /** All that determines model and data: names, sizes, digests, seeds. Part of every node's name. */
  readonly identity: Json;
  /** The model with fresh initial weights. */
  readonly createModel: (rng: Rng) => Model;
  /**
   * The model with every trained tensor drawn at random, for the control. Default `createModel`; another where initial weights are not drawn but
   * given, as pre-trained vectors: a control that kept them would not be fresh in every tensor.
   */
  readonly createRandomModel?: (rng: Rng) => Model;
  /** Batches whose order depends on the seed. */
  readonly batches: (seed: number) => Batches;
}

/** How far an experiment is. */
export interface Progress {
  readonly arm: string;
  readonly seed: number;
  readonly round: number;
  /** Steps of this network made, and the most it may make. */
  readonly step: number;
  readonly stepsAtMost: number;
  readonly loss: number;
  /** Networks finished, and all there are. */
  readonly networks: number;
  readonly networksInAll: number;
}

export interface ExperimentOptions {
  readonly store: NodeStore;
  /** In seconds, for receipts and reports; never for results. */
  readonly clock: () => number;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The arms that run: the control needs the winning ticket's patterns. */
export function armsNeeded({ arms, faults }: Pick<ExperimentSettings, "arms" | "faults">): Arm[] {
  const patterns = arms.includes("random-reinit") && !faults.includes("reinit-own-patterns");
  return ARMS.filter((arm) => arms.includes(arm) || (patterns && arm === "winning-ticket"));
}

/** How many networks an experiment trains. */
export function networkCount(settings: Pick<ExperimentSettings, "arms" | "faults" | "seeds" | "rounds">): number {
  return settings.seeds.length * (1 + settings.rounds * armsNeeded(settings).length);
}
