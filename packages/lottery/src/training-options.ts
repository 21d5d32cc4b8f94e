import {
  atLeast0,
  callable,
  checkOptions,
  count,
  describe,
  finite,
  type Kinds,
  list,
  map,
  object,
  positive,
} from "@ltt/core/arguments";
import type { Model } from "@ltt/layers";
import { checkCurve } from "./check-results.ts";
import { signal as aSignal, checkFields, optional, share } from "./kinds.ts";
import { checkRates } from "./learning-rates.ts";
import { checkOptimiser } from "./optimisers.ts";
import { checkPattern } from "./pattern.ts";
import { checkRewiring, type Rewiring } from "./rewiring.ts";
import { type Batches, checkBatches, checkModel, type Measure } from "./task.ts";
import { checkLength } from "./training-length.ts";
import { TRAINING_KINDS, type TrainingSettings } from "./training-settings.ts";
import type { Unfinished } from "./unfinished.ts";

/** How many validations brought no improvement. */
export interface Waiting {
  /** Those since the best one, in a row. */
  readonly waited: number;
  /** All of them. */
  readonly misses: number;
  readonly patience: number;
}

/** Whether training ends after a validation. */
export type Stop = (waiting: Waiting) => boolean;

/** An accuracy in `[0,1]`, from the score of every example and the sizes of the batches that they came in. */
export type Accuracy = (scores: Float32Array, sizes: readonly number[]) => number;

/** What `trainNetwork` and `trainTo` take. */
export interface TrainNetworkOptions<Input> {
  readonly batches: Batches<Input>;
  readonly settings: TrainingSettings;
  /** Of the order of batches and of dropout. */
  readonly seed: number;
  /**
   * The step that the weights are those after: training goes on with the batch, the dropout and the schedule of the
   * next one, to the same last step as if it had begun at 0. The optimiser is new. Where it is the last step nothing is
   * left to train, and the weights are measured as they are. Default 0.
   */
  readonly firstStep?: number | undefined;
  readonly measure?: Measure | undefined;
  readonly chance: number;
  /** Default: `waited >= patience`. */
  readonly stop?: Stop | undefined;
  /** Default: the mean of the scores. */
  readonly accuracy?: Accuracy | undefined;
  /** Called after every step; awaited, so that weights may be read. */
  readonly onStep?: ((step: number, loss: number) => void | Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Where an earlier training of this network was: this one goes on from there. */
  readonly from?: Unfinished | undefined;
  /** How the mask changes on the way. Default: it does not. */
  readonly rewiring?: Rewiring | undefined;
  /** λ of a penalty `λ · Σ|γ|` on the gains of batch normalisations: see `withGammaPenalty`. Default 0. */
  readonly gammaPenalty?: number | undefined;
  /** Of rewiring: the names of tables that ids look rows up in. Default: none. */
  readonly embeddings?: readonly string[] | undefined;
  /** Keeps where training is: called as often as `isDue` wants after a step, and when `signal` ends training. */
  readonly keep?: { readonly isDue: () => boolean; readonly save: (now: Unfinished) => Promise<void> } | undefined;
}

const OPTIONS: Kinds<TrainNetworkOptions<unknown>> = {
  batches: object,
  settings: object,
  seed: count,
  firstStep: count,
  measure: callable,
  chance: share,
  stop: callable,
  accuracy: callable,
  rewiring: object,
  gammaPenalty: atLeast0,
  embeddings: list,
  onStep: callable,
  signal: aSignal,
  from: object,
  keep: object,
};

const UNFINISHED: Kinds<Unfinished> = {
  weights: map,
  buffers: optional(map),
  optimiser: object,
  position: object,
  stopping: object,
  curve: list,
  losses: finite,
  misses: count,
  bestMask: optional(map),
};

/** @throws {TypeError | RangeError} if an option is missing, unknown, of the wrong kind or outside its range. */
export function checkTraining<Input>(where: string, model: Model<Input>, options: TrainNetworkOptions<Input>): void {
  checkModel(where, "model", model);
  checkOptions(where, options, OPTIONS, ["batches", "settings", "seed", "chance"]);
  const { batches, settings, from, keep, rewiring } = options;
  checkBatches(`${where}: batches`, batches);
  checkOptions(`${where}: settings`, settings, TRAINING_KINDS, ["learningRate", "patience"]);
  checkLength(`${where}: settings`, settings);
  checkOptimiser(`${where}: settings`, settings);
  checkRates(`${where}: settings`, settings);
  if (rewiring !== undefined) checkRewiring(`${where}: rewiring`, rewiring);
  if (settings.measureTraining === true && batches.trainMonitor === undefined)
    throw new RangeError(
      `${where}: settings.measureTraining is true, but batches.trainMonitor is undefined; it gives the examples to measure`,
    );
  if (keep !== undefined) checkOptions(`${where}: keep`, keep, { isDue: callable, save: callable }, ["isDue", "save"]);
  if (from === undefined) return;
  checkFields(where, "from", from, UNFINISHED);
  if (from.bestMask !== undefined) checkPattern(where, "from.bestMask", from.bestMask);
  checkFields(where, "from.position", from.position, { epoch: positive, batch: count, step: count });
  checkCurve(where, "from.curve", from.curve);
  const { best } = from.stopping;
  if (best != null && !from.curve.some(({ step }) => step === best.step))
    throw new RangeError(
      `${where}: from.curve has no validation after step ${describe(best.step)}, the best of from.stopping`,
    );
}
