import type { Tensor, Weight } from "@ltt/core";
import type { Predictions } from "@ltt/layers";
import type { Values } from "./pattern.ts";
import type { Collapse, CurvePoint } from "./result.ts";
import type { Measures } from "./task.ts";

/** What training gave. Losses are means over examples, accuracies fractions in `[0,1]`. */
export interface Trained {
  /** The best weights: those with the lowest validation loss. */
  readonly weights: ReadonlyMap<string, Weight>;
  /** Of the same step. */
  readonly buffers: ReadonlyMap<string, Tensor>;
  readonly curve: readonly CurvePoint[];
  /** The mean loss of the training steps before the best validation, since the validation before it; `null` if no step was made. */
  readonly trainLoss: number | null;
  /** Of the best weights, on all validation examples. */
  readonly validation: Evaluated;
  /** Of the best weights. */
  readonly test: Evaluated;
  /** Of the weights that training ended with, where they were asked for. */
  readonly end?: { readonly validation: Evaluated; readonly test: Evaluated } | undefined;
  /** These weights, and their buffers. */
  readonly last: Values;
  /**
   * The step of the lowest validation loss, counted from the beginning of dense training: the learning speed of Frankle & Carbin 2019, §2.
   */
  readonly earlyStopStep: number;
  /** The step that it began after, and the one that it ended with: as many lie between them as were made. */
  readonly firstStep: number;
  readonly steps: number;
  /** Training ended at its last step, and that was the best. */
  readonly censored: boolean;
  readonly collapsed: Collapse | null;
  /** The steps of dense training that the search for its mask saw, where that stopped by itself. */
  readonly searchedSteps?: number | undefined;
}

/** Predictions with what is measured of them. */
export interface Evaluated {
  readonly predictions: Predictions;
  readonly accuracy: number;
  readonly measures: Measures;
}
