import type { EmptyParts } from "./empty-parts.ts";

/** One trained network: a level of an arm, with one seed. Accuracies and sparsities are fractions in `[0,1]`. */
export interface LevelResult {
  /** `dense`, `winning-ticket`, `random-reinit`, `late-rewinding`, or any other name. */
  readonly arm: string;
  readonly seed: number;
  /** 0 is the dense network, which all arms share. */
  readonly round: number;
  /** Fraction removed of all weights that are trained. */
  readonly sparsity: number;
  readonly embeddingSparsity: number;
  readonly otherSparsity: number;
  readonly trainLoss: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  readonly testAccuracy: number;
  /** The evaluated step with the lowest validation loss. */
  readonly earlyStopStep: number;
  /** Steps trained in all. */
  readonly steps: number;
  readonly seconds: number;
  /** The node that holds the network, in the run's folder. */
  readonly node?: string;
  readonly tensors: readonly TensorCount[];
  readonly curve: readonly CurvePoint[];
}

/** How many weights of one tensor are left, and what has none left. */
export interface TensorCount {
  readonly name: string;
  readonly shape: readonly number[];
  readonly size: number;
  readonly kept: number;
  readonly parts: readonly EmptyParts[];
  /** Keeps its initial values, and is neither pruned nor counted in any sparsity. */
  readonly frozen?: true | undefined;
}

/** One evaluation during training. */
export interface CurvePoint {
  readonly step: number;
  readonly trainLoss: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
}

/** One check of the ticket audit. */
export interface AuditCheck {
  readonly check: string;
  readonly passed: boolean;
  readonly detail: string;
}
