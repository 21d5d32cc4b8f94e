import { above0, atLeast0, count, type Kind, type Kinds, list, object, oneOf, positive } from "@ltt/core/arguments";
import type { Criterion } from "./criterion.ts";
import { POOLS } from "./cut.ts";
import type { CutShares } from "./cut-shares.ts";
import type { Json } from "./json.ts";
import { share } from "./kinds.ts";
import type { StepRates } from "./learning-rates.ts";
import type { State } from "./moment.ts";
import type { Rewiring } from "./rewiring.ts";
import { UNIT_CRITERIA, UNIT_POOLS, type UnitCriterionName, type UnitPool } from "./structured/unit-criteria.ts";
import type { TrainingSettings } from "./training-settings.ts";

/** All that the nodes of an experiment with one seed have in common. */
export interface CommonParams extends CutShares {
  readonly seed: number;
  readonly data: Json;
  readonly architecture: Json;
  readonly backend: string;
  readonly training: TrainingSettings;
  /** What its schedule and warm-up are in steps. Default: the learning rate never changes. */
  readonly learningRates?: StepRates | undefined;
  /** Names of faults of publications that training re-enacts. */
  readonly trainingFaults: readonly string[];
  /** Which weights of a network a cut scores. */
  readonly cutAt: "best" | "end";
  /** The names of tables that ids look rows up in. Default: none. */
  readonly embeddings?: readonly string[] | undefined;
  /** What a cut scores by. Default `magnitude`. */
  readonly criterion?: Criterion | undefined;
  /** SHA-256 of the plugin file that the arm comes from, and so its criteria. Default: it comes from none. */
  readonly plugin?: string | undefined;
}

/** How a cut differs from those of the experiment. */
export interface CutParams extends Omit<CutShares, "rate"> {
  /** The fraction of what is left that goes. Where it is told, `rates` are none unless told too. */
  readonly rate?: number | undefined;
  /** As many cuts in a row are made at once: `1 − (1 − rate)^rounds` of what is left goes. Default 1. */
  readonly rounds?: number | undefined;
  /** Which weights are scored: of a step, before or while the network is trained, 0 being the first ones. */
  readonly at?: State | undefined;
  /** What scores them. */
  readonly criterion?: Criterion | undefined;
}

/** How whole units are cut. */
export interface UnitCutParams {
  /**
   * The fraction of the units left that goes. Default: that of the experiment, though its `rates` and `exclude` name
   * tensors, and count for weights only.
   */
  readonly rate?: number | undefined;
  /** Default `l1-norm`. */
  readonly criterion?: UnitCriterionName | undefined;
  /** Default `layer`. */
  readonly pool?: UnitPool | undefined;
}

/** How a training differs from those of the experiment. */
export interface TrainOptions {
  readonly firstStep?: number | undefined;
  readonly learningRateScale?: number | undefined;
  readonly rewiring?: Rewiring | undefined;
  readonly gammaPenalty?: number | undefined;
}

export const STATE: Kind = {
  words: '"best", "end" or the number of a step',
  accepts: (value) => value === "best" || value === "end" || count.accepts(value),
};

export const TRAIN_OPTIONS: Kinds<TrainOptions> = {
  firstStep: count,
  learningRateScale: above0,
  rewiring: object,
  gammaPenalty: atLeast0,
};

export const CONSTANT_VALUE: Kind = {
  words: 'a number above 0, or "learned"',
  accepts: (value) => value === "learned" || above0.accepts(value),
};

export const CUT_PARAMS: Kinds<CutParams> = {
  rate: share,
  rates: object,
  exclude: list,
  rounds: positive,
  at: STATE,
  criterion: object,
  pool: oneOf(...POOLS),
};

export const UNIT_CUT: Kinds<UnitCutParams> = {
  rate: share,
  criterion: oneOf(...UNIT_CRITERIA),
  pool: oneOf(...UNIT_POOLS),
};
