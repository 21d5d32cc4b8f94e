import type { EmptyParts } from "./empty-parts.ts";

/**
 * One trained network: a level of an arm, with one seed. Accuracies and sparsities are fractions in `[0,1]`. An
 * accuracy is what the task measures: where a text may have several classes, micro-F1.
 */
export interface LevelResult {
  /** `dense`, `winning-ticket`, `random-reinit`, `shuffled-init`, `late-rewinding`, or any other name. */
  readonly arm: string;
  readonly seed: number;
  /** 0 is the dense network, which all arms share. */
  readonly round: number;
  /** Fraction removed of all weights that are trained. */
  readonly sparsity: number;
  /** The same of each group of tensors that the task names: of texts, `embedding` and `other`. */
  readonly groups: Readonly<Record<string, number>>;
  /** The mean loss of the training steps before the best validation, since the validation before it; `null` if no step was made. */
  readonly trainLoss: number | null;
  /** Over all validation examples, at the best weights. */
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
  /** What else the task measures, of the test examples: `precision`, `recall`. */
  readonly measures: Readonly<Record<string, number>>;
  /** The same losses and accuracies of the weights that training ended with, where they were asked for. */
  readonly end?:
    | Readonly<Record<"validationLoss" | "validationAccuracy" | "testLoss" | "testAccuracy", number>>
    | undefined;
  /**
   * Learning speed: the validated step with the lowest validation loss, counted from the beginning of dense training,
   * also where this network was rewound to a later step.
   */
  readonly earlyStopStep: number;
  /** Training ended at its last step, and that was the best: longer training might have gone on improving. */
  readonly censored: boolean;
  /** The step that training began after: 0, or the step rewound to. */
  readonly firstStep: number;
  /** The step that training ended with, counted as `earlyStopStep` is: `steps − firstStep` were made. */
  readonly steps: number;
  /**
   * The steps of dense training that its mask needed, where those are not all: that a search saw before it stopped by itself, or after
   * which the mask was cut.
   */
  readonly searchedSteps?: number | undefined;
  /** How the network answers without having learnt: see `Collapse`. */
  readonly collapsed: Collapse | null;
  readonly seconds: number;
  /** The node that holds the network, in the run's folder. */
  readonly node?: string;
  /** The node that holds the weights that a late-rewinding network was rewound to. */
  readonly rewoundTo?: string;
  /**
   * A score for every test example, in their order: 1 where the answer is right, 0 where it is not; or the
   * linearisation of a measure that is no mean. Their mean is `testAccuracy`.
   */
  readonly testScores?: Float32Array;
  readonly tensors: readonly TensorCount[];
  readonly curve: readonly CurvePoint[];
}

/**
 * What a network does that has learnt nothing: `layer`: the same answer to every test example, because a layer has lost
 * all of its weights (“layer collapse” of Tanaka et al., NeurIPS 2020, arXiv 2006.05467, §3); `constant`: the same
 * answer for another reason; `chance`: an accuracy no better than that of the best constant answer (one-sided test at 5
 * %: binomial, or of scores that are a linearisation with their own variance). Such a network is never a winning
 * ticket.
 */
export type Collapse = "layer" | "constant" | "chance";

/** How many weights of one tensor are left, and what has none left. */
export interface TensorCount {
  readonly name: string;
  /** See `LevelResult.groups`. */
  readonly group: string;
  readonly shape: readonly number[];
  readonly size: number;
  readonly kept: number;
  readonly parts: readonly EmptyParts[];
  /** Keeps its initial values, and is neither pruned nor counted in any sparsity. */
  readonly frozen?: true | undefined;
}

/** One validation during training, on a fixed part of the validation examples. */
export interface CurvePoint {
  readonly step: number;
  /** The mean of the steps since the validation before; `null` if there was none. */
  readonly trainLoss: number | null;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  /** What else the task measures of these examples, where the settings ask for it (`measureTraining`). */
  readonly measures?: Readonly<Record<string, number>> | undefined;
  /** The same network on a fixed part of the training examples, without dropout: at the end of an epoch, where the settings ask for it. */
  readonly training?: PartMeasured | undefined;
}

/** A network on a fixed part of the examples. */
export interface PartMeasured {
  readonly loss: number;
  readonly accuracy: number;
  readonly measures: Readonly<Record<string, number>>;
}

/** One check of the ticket audit. */
export interface AuditCheck {
  readonly check: string;
  readonly passed: boolean;
  readonly detail: string;
}
