import { above0, atLeast0, count, flag, type Kinds, oneOf, positive } from "@ltt/core/arguments";
import { nullable } from "./kinds.ts";
import { type LearningRates, RATE_KINDS } from "./learning-rates.ts";
import { OPTIMISERS, type OptimiserSettings } from "./optimisers.ts";
import type { TrainingLength } from "./training-length.ts";

/** How each network of an experiment is trained. */
export interface TrainingSettings extends OptimiserSettings, LearningRates, TrainingLength {
  /** Validations in a row without improvement before training stops. `null`: it never stops early. */
  readonly patience: number | null;
  /** The most that the common norm of all gradients may be. Default: they are not clipped. */
  readonly clipNorm?: number | undefined;
  /**
   * Keep all measures of every validation, not the accuracy alone, and measure a fixed part of the training examples
   * (`Batches.trainMonitor`) once an epoch, at the validation that ends it. Changes no weight. Default false.
   */
  readonly measureTraining?: boolean | undefined;
  /** Measure the weights that training ended with too, not only the best. Default false. */
  readonly evaluateEnd?: boolean | undefined;
}

export const TRAINING_KINDS: Kinds<TrainingSettings> = {
  epochs: count,
  steps: positive,
  ...RATE_KINDS,
  optimiser: oneOf(...OPTIMISERS),
  learningRate: atLeast0,
  momentum: atLeast0,
  weightDecay: atLeast0,
  l1: atLeast0,
  patience: nullable(positive),
  evaluationsPerEpoch: positive,
  evaluateEvery: positive,
  clipNorm: above0,
  measureTraining: flag,
  evaluateEnd: flag,
};
