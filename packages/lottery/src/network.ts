import { setImmediate } from "node:timers/promises";
import { storedPositions, stream, type Weight } from "@ltt/core";
import {
  above0,
  atLeast0,
  callable,
  check,
  checkOptions,
  count,
  describe,
  finite,
  flag,
  type Kinds,
  list,
  map,
  object,
  oneOf,
  positive,
} from "@ltt/core/arguments";
import {
  type Batch,
  DivergenceError,
  EarlyStopping,
  type EarlyStoppingState,
  type Model,
  type Optimiser,
  type Position,
  type Predictions,
  parametersOf,
  predict,
  restore,
  type Step,
  snapshot,
  stateOf,
  train,
} from "@ltt/layers";
import { checkCurve } from "./check-results.ts";
import { classification } from "./classification.ts";
import { withGammaPenalty } from "./gamma-penalty.ts";
import { signal as aSignal, checkFields, nullable, optional, share } from "./kinds.ts";
import { Learner } from "./learner.ts";
import { checkRates, type LearningRates, RATE_KINDS, scheduleOf, stepRates } from "./learning-rates.ts";
import { positionOf } from "./moment.ts";
import { checkOptimiser, OPTIMISERS, type OptimiserSettings, optimiserOf } from "./optimisers.ts";
import { checkPattern, type Pattern, patternOf, type Values } from "./pattern.ts";
import { RecentBatches } from "./recent-batches.ts";
import type { Collapse, CurvePoint } from "./result.ts";
import { checkRewiring, exchangedAfter, type Rewiring } from "./rewiring.ts";
import { mean, sampleVariance } from "./statistics.ts";
import { type Batches, checkBatches, checkMeasures, checkModel, type Measure } from "./task.ts";
import type { Evaluated, Trained } from "./trained.ts";
import { checkLength, isValidationDue, lastStepOf, type TrainingLength } from "./training-length.ts";
import type { Unfinished } from "./unfinished.ts";

/** How each network of an experiment is trained. */
export interface TrainingSettings extends OptimiserSettings, LearningRates, TrainingLength {
  /** Validations in a row without improvement before training stops. `null`: it never stops early. */
  readonly patience: number | null;
  /** The most that the common norm of all gradients may be. Default: they are not clipped. */
  readonly clipNorm?: number | undefined;
  /**
   * Keep all measures of every validation, not the accuracy alone, and measure a fixed part of the training examples (`Batches.trainMonitor`) once an epoch, at the validation that ends it. Changes no
   * weight. Default false.
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

/** Weights and buffers after a step, whole tensors or the values of a pattern. */
export interface LastGood {
  readonly step: number;
  readonly values: Values;
}

/** Training a network went where numbers end. The message names the step and the first weight or gradient that is not finite. */
export class TrainingFailure extends Error {
  override readonly name = "TrainingFailure";
  /** `undefined` if there are none but the initial ones. */
  readonly lastGood: LastGood | undefined;

  constructor(message: string, lastGood: LastGood | undefined, options?: ErrorOptions) {
    super(message, options);
    this.lastGood = lastGood;
  }
}

export interface TrainNetworkOptions<Input> {
  readonly batches: Batches<Input>;
  readonly settings: TrainingSettings;
  /** Of the order of batches and of dropout. */
  readonly seed: number;
  /**
   * The step that the weights are those after: training goes on with the batch, the dropout and the schedule of the next one, to the same last step as if it had
   * begun at 0. The optimiser is new. Where it is the last step nothing is left to train, and the weights are measured as they are. Default 0.
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

/**
 * Trains a network, dense or sparse alike, validates it at even distances on the monitored part, puts the best weights back, and then validates and tests those once on
 * all examples.
 *
 * @throws {TypeError | RangeError} if an option is missing, unknown, of the wrong kind or outside its range.
 * @throws {TrainingFailure} if a loss, a norm of gradients or a weight is not finite any more; it holds the last weights whose loss was finite.
 */
export async function trainNetwork<Input>(model: Model<Input>, options: TrainNetworkOptions<Input>): Promise<Trained> {
  checkTraining("trainNetwork", model, options);
  const { batches, settings, seed, onStep, signal, from, keep, firstStep = 0, rewiring, gammaPenalty } = options;
  const { stop = patienceIsOver, accuracy: accuracyOf = meanScore } = options;
  const { stepsPerEpoch } = batches;
  const lastStep = lastStepOf(settings, stepsPerEpoch);
  const measure = options.measure ?? (settings.measureTraining === true ? withF1 : classification);
  const learner = new Learner(model, settings, gammaPenalty);
  const patience = settings.patience ?? Number.MAX_SAFE_INTEGER;
  let stopping = new EarlyStopping(learner.state, { patience });
  let bestMask: Pattern | undefined; // of a network whose mask changes: that of the best weights
  const curve: CurvePoint[] = [];
  let position = positionOf(firstStep, stepsPerEpoch);
  let [losses, misses] = [0, 0];
  if (from !== undefined) {
    const values = await snapshot(new Map<string, Weight>([...from.weights, ...(from.buffers ?? [])]));
    if (rewiring !== undefined) learner.become(sparseMaskOf(from.weights), values);
    stopping = watching(learner, patience, from.stopping);
    restore(learner.state, values);
    learner.optimiser.load(from.optimiser);
    bestMask = from.bestMask;
    curve.push(...from.curve);
    ({ position, losses, misses } = from);
  }

  const evaluated = async (part: Iterable<Batch<Input>>): Promise<Evaluated> => {
    const all = Array.from(part);
    const predictions = await predict(learner.model.network, interruptible(all, signal));
    const measures = checkMeasures("trainNetwork", measure(predictions), examplesOf(predictions));
    const accuracy = accuracyOf(measures.scores, all.map(sizeOf));
    check("trainNetwork", "what accuracy gave", accuracy, share);
    return { predictions, measures, accuracy };
  };
  /** What settings ask to keep of a validation besides. */
  const alsoMeasured = async ({ measures }: Evaluated, withTraining: boolean): Promise<Partial<CurvePoint>> => {
    if (settings.measureTraining !== true) return {};
    if (!withTraining) return { measures: measures.others };
    const part = await evaluated(batches.trainMonitor!());
    const training = { loss: part.predictions.loss, accuracy: part.accuracy, measures: part.measures.others };
    return { measures: measures.others, training };
  };
  /** Validates where that is due and not done. Tells whether training ends, which it does only after a validation. */
  const validate = async ({ batch, step }: Position): Promise<boolean> => {
    const isOver = step >= lastStep;
    if (!isOver && (step === firstStep || !isValidationDue(settings, { batch, step }, stepsPerEpoch))) return false;
    const last = curve.at(-1)?.step ?? firstStep;
    if (step > last || (isOver && curve.length === 0)) {
      const monitored = await evaluated((batches.monitor ?? batches.validation)());
      const { accuracy, predictions } = monitored;
      const trainLoss = step > last ? losses / (step - last) : null;
      const endsEpoch = Math.floor(step / stepsPerEpoch) > Math.floor(last / stepsPerEpoch);
      const also = await alsoMeasured(monitored, endsEpoch || isOver);
      curve.push({ step, trainLoss, validationLoss: predictions.loss, validationAccuracy: accuracy, ...also });
      losses = 0;
      await stopping.update(step, predictions.loss);
      if (stopping.best?.step !== step) misses++;
      else if (rewiring !== undefined) bestMask = sparseMaskOf(learner.weights);
    }
    return isOver || stop({ waited: stopping.state().waited, misses, patience });
  };
  const save = async () => {
    const memory = await learner.optimiser.state();
    await keep?.save({
      weights: learner.weights,
      buffers: learner.buffers,
      optimiser: memory,
      bestMask,
      position,
      stopping: stopping.state(),
      curve,
      losses,
      misses,
    });
  };
  const interrupted = async (error: unknown): Promise<never> => {
    if (signal?.aborted === true) await save();
    throw error;
  };
  const recent = new RecentBatches(batches);
  /** Changes the mask where that is due. What is kept of training is kept before: whoever goes on from there does it again. */
  const rewire = async (): Promise<void> => {
    if (rewiring === undefined) return;
    const fraction = exchangedAfter(rewiring, position.step, { stepsPerEpoch, lastStep });
    if (fraction === 0) return;
    const batch = rewiring.grow === "gradient" ? recent.of(position) : undefined;
    const rng = stream(seed, "rewire", position.step);
    await learner.exchange(fraction, { batch, tables: options.embeddings ?? [], rng });
    stopping = watching(learner, patience, stopping.state());
  };

  try {
    const ended = await validate(position); // which an interruption may have left undone
    if (!ended) await rewire();
    const steps = stepsOf(rewiring === undefined ? model : learner.model, {
      train: rewiring === undefined ? batches.train : (epoch) => recent.train(epoch),
      stepsPerEpoch,
      settings,
      seed,
      optimiser: learner.optimiser,
      start: position,
      epochs: ended ? 0 : Math.ceil(lastStep / stepsPerEpoch),
    });
    for await (const { epoch, batch, step, loss } of steps) {
      position = { epoch, batch, step };
      losses += loss;
      await onStep?.(step, loss);
      await setImmediate(); // where storage is synchronous nothing else lets Node see a Ctrl-C or draw a bar
      signal?.throwIfAborted();
      const isLast = await validate(position);
      if (keep?.isDue() === true) await save();
      if (isLast) break;
      await rewire();
    }
  } catch (error) {
    if (!(error instanceof DivergenceError)) return interrupted(error);
    if (bestMask !== undefined) learner.become(bestMask, stopping.state().best!.values);
    throw await failure(error, learner.state, position.step, watching(learner, patience, stopping.state()));
  }

  const last = await snapshot(learner.state);
  const lastMask = sparseMaskOf(learner.weights);
  const measured = async () => ({
    validation: await evaluated(batches.validation()),
    test: await evaluated(batches.test()),
  });
  try {
    const end = settings.evaluateEnd === true ? await measured() : undefined;
    if (bestMask !== undefined) learner.become(bestMask, stopping.state().best!.values);
    watching(learner, patience, stopping.state()).restore();
    const best = curve.find(({ step }) => step === stopping.best!.step)!;
    const { validation, test } = await measured();
    return {
      weights: learner.weights,
      buffers: learner.buffers,
      curve,
      trainLoss: best.trainLoss,
      validation,
      test,
      end,
      last,
      earlyStopStep: best.step,
      firstStep,
      steps: position.step,
      censored: best.step === position.step,
      collapsed: collapseOf(test, options.chance, learner.weights),
    };
  } catch (error) {
    if (rewiring !== undefined) learner.become(lastMask, last);
    restore(learner.state, last);
    return interrupted(error);
  }
}

/**
 * Trains a network to a step and no further, without looking at it: to the bits that `trainNetwork` has there, since validation changes nothing and early stopping only
 * ends training.
 */
export async function trainTo<Input>(
  model: Model<Input>,
  lastStep: number,
  options: TrainNetworkOptions<Input>,
): Promise<Values> {
  check("trainTo", "lastStep", lastStep, count);
  checkTraining("trainTo", model, options);
  const { batches, settings, seed, firstStep = 0, onStep, signal, gammaPenalty = 0 } = options;
  const optimiser = withGammaPenalty(optimiserOf(parametersOf(model), settings), model, gammaPenalty);
  const start = positionOf(firstStep, batches.stepsPerEpoch);
  const epochs = positionOf(lastStep, batches.stepsPerEpoch).epoch;
  if (lastStep > firstStep) {
    for await (const { step, loss } of stepsOf(model, {
      train: batches.train,
      stepsPerEpoch: batches.stepsPerEpoch,
      settings,
      seed,
      optimiser,
      start,
      epochs,
    })) {
      await onStep?.(step, loss);
      await setImmediate();
      signal?.throwIfAborted();
      if (step === lastStep) break;
    }
  }
  return snapshot(stateOf(model));
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

function checkTraining<Input>(where: string, model: Model<Input>, options: TrainNetworkOptions<Input>): void {
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

/** Targets may hold several classes an example. */
function examplesOf({ logits, outputs }: Predictions): number {
  return logits.length / outputs;
}

function stepsOf<Input>(
  model: Model<Input>,
  given: {
    readonly train: Batches<Input>["train"];
    readonly stepsPerEpoch: number;
    readonly settings: TrainingSettings;
    readonly seed: number;
    readonly optimiser: Optimiser;
    readonly start: Position;
    readonly epochs: number;
  },
): AsyncGenerator<Step, void, undefined> {
  const { train: batches, stepsPerEpoch, settings, ...rest } = given;
  const schedule = scheduleOf(settings.learningRate, stepRates("train", settings, stepsPerEpoch, settings));
  return train(model, { ...rest, batches, clipNorm: settings.clipNorm, schedule });
}

/** Early stopping of a network as it is now, which goes on from what it was before. */
function watching<Input>({ state }: Learner<Input>, patience: number, before: EarlyStoppingState): EarlyStopping {
  const stopping = new EarlyStopping(state, { patience });
  stopping.load(before);
  return stopping;
}

/** The masks of the weights that are sparse. */
function sparseMaskOf(weights: ReadonlyMap<string, Weight>): Pattern {
  return patternOf(new Map([...weights].filter(([, weight]) => storedPositions(weight) !== undefined)));
}

const patienceIsOver: Stop = ({ waited, patience }) => waited >= patience;

const withF1: Measure = (predictions) => classification(predictions, { f1: true });

const meanScore: Accuracy = (scores) => mean(Array.from(scores));

function sizeOf({ targets }: Batch<unknown>): number {
  return targets.shape[0]!;
}

/** One-sided 5 % of a normal distribution. */
const Z = 1.6448536269514722;

function collapseOf(
  { accuracy, measures }: Evaluated,
  chance: number,
  weights: ReadonlyMap<string, Weight>,
): Collapse | null {
  if (measures.constant) return [...weights.values()].some(isEmptyLayer) ? "layer" : "constant";
  const { scores, linearised } = measures;
  const variance = linearised === true ? varianceOf(scores) : chance * (1 - chance);
  return accuracy <= chance + Z * Math.sqrt(variance / scores.length) ? "chance" : null;
}

function isEmptyLayer(weight: Weight): boolean {
  return weight.shape.length > 1 && storedPositions(weight)?.length === 0;
}

function varianceOf(scores: Float32Array): number {
  return scores.length < 2 ? 0 : sampleVariance(Array.from(scores));
}

/**
 * What to throw where training left the finite numbers, with weights whose loss is known to be finite: the best so far. Those that the last step left may be as
 * finite and useless.
 */
async function failure(
  error: DivergenceError,
  state: ReadonlyMap<string, Weight>,
  step: number,
  stopping: EarlyStopping,
): Promise<TrainingFailure> {
  const message = error.step === undefined ? `after step ${step}: ${error.message}` : error.message;
  const { best } = stopping;
  if (best === undefined) return new TrainingFailure(message, undefined, { cause: error });
  stopping.restore();
  return new TrainingFailure(message, { step: best.step, values: await snapshot(state) }, { cause: error });
}

/** The same batches, with a turn of Node's event loop before each: see where steps are made. */
async function* interruptible<Input>(
  batches: Iterable<Batch<Input>>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Batch<Input>> {
  for (const batch of batches) {
    await setImmediate();
    signal?.throwIfAborted();
    yield batch;
  }
}
