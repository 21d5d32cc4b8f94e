import { setImmediate } from "node:timers/promises";
import type { Weight } from "@ltt/core";
import {
  Adam,
  type Batch,
  BEGINNING,
  DivergenceError,
  EarlyStopping,
  evaluate,
  type Module,
  type Position,
  parametersOf,
  restore,
  snapshot,
  type TextClassifier,
  train,
  trainable,
} from "@ltt/layers";
import type { Values } from "./pattern.ts";
import type { CurvePoint } from "./result.ts";
import type { Unfinished } from "./unfinished.ts";

/** A text classifier with weights. */
export type Model = Module & TextClassifier;

/** The batches of an experiment. */
export interface Batches {
  /** Of a training epoch, from 1: a function of the epoch alone. */
  readonly train: (epoch: number) => Iterable<Batch>;
  /** How many of these an epoch has. */
  readonly stepsPerEpoch: number;
  readonly validation: () => Iterable<Batch>;
  readonly test: () => Iterable<Batch>;
}

/** An early moment of training: after so many epochs, or after so many steps. */
export type Moment = { readonly epoch: number } | { readonly step: number };

/** How each network of an experiment is trained. */
export interface TrainingSettings {
  readonly epochs: number;
  /** Of Adam, constant, with the defaults of the paper; its state is fresh in every network. */
  readonly learningRate: number;
  /** Validations in a row without improvement before training stops. `null`: it never stops early. */
  readonly patience: number | null;
  /** Validations an epoch, evenly spaced, the last at its end. */
  readonly evaluationsPerEpoch: number;
  /** The most that the common norm of all gradients may be. Default: they are not clipped. */
  readonly clipNorm?: number | undefined;
}

/** Named faults of published experiments that training can re-enact; see `Fault`. */
export interface TrainingFaults {
  readonly patienceNeverResets?: boolean;
  readonly accuracyOfBatchMeans?: boolean;
}

/** What training gave. Losses are means over texts, accuracies fractions in `[0,1]`. */
export interface Trained {
  /** The best weights: those with the lowest validation loss. */
  readonly weights: ReadonlyMap<string, Weight>;
  /** The weights at the moment that was asked for. */
  readonly early: Values | undefined;
  /** The step after which that moment came. */
  readonly earlyStep: number | undefined;
  readonly curve: readonly CurvePoint[];
  /** The mean loss of the training steps before the best validation, since the validation before it. */
  readonly trainLoss: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
  readonly testPrecision: number;
  readonly testRecall: number;
  /** The step of the lowest validation loss, from 1: the learning speed of Frankle & Carbin 2019, §2. */
  readonly earlyStopStep: number;
  /** Steps made. */
  readonly steps: number;
}

/** Weights after a step, whole tensors or the values of a pattern. */
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

export interface TrainNetworkOptions {
  readonly batches: Batches;
  readonly settings: TrainingSettings;
  readonly seed: number;
  /** Keep a copy of the weights at this moment; training does not stop before it. */
  readonly early?: Moment | undefined;
  readonly faults?: TrainingFaults;
  /** Called after every step. */
  readonly onStep?: ((step: number, loss: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Where an earlier training of this network was: this one goes on from there. */
  readonly from?: Unfinished | undefined;
  /** Keeps where training is: called as often as `isDue` wants after a step, and when `signal` ends training. */
  readonly keep?: { readonly isDue: () => boolean; readonly save: (now: Unfinished) => Promise<void> } | undefined;
}

/**
 * Trains a network, dense or sparse alike, validates it at even distances, puts the best weights back and tests those once.
 *
 * @throws {RangeError} if the moment asked for lies outside training.
 * @throws {TrainingFailure} if a loss, a norm of gradients or a weight is not finite any more; it holds the last weights that were good.
 */
export async function trainNetwork(model: Model, options: TrainNetworkOptions): Promise<Trained> {
  const { batches, settings, seed, onStep, signal, from, keep, faults = {} } = options;
  const { stepsPerEpoch } = batches;
  const weights = parametersOf(model);
  const earlyStep = options.early === undefined ? undefined : stepOf(options.early, stepsPerEpoch, settings.epochs);
  const patience = settings.patience ?? Number.MAX_SAFE_INTEGER;
  const stopping = new EarlyStopping(weights, { patience });
  const optimiser = new Adam(trainable(weights.values()), { learningRate: settings.learningRate });
  const curve: CurvePoint[] = [];
  let early: Values | undefined;
  let position = BEGINNING;
  let [losses, misses] = [0, 0];
  if (from !== undefined) {
    restore(weights, await snapshot(from.weights));
    optimiser.load(from.optimiser);
    stopping.load(from.stopping);
    curve.push(...from.curve);
    ({ position, early, losses, misses } = from);
  }

  /** Validates where that is due and not done. Tells whether training ends, which it does only after a validation. */
  const validate = async ({ batch, step }: Position): Promise<boolean> => {
    if (!isValidation(batch, stepsPerEpoch, settings.evaluationsPerEpoch)) return false;
    const last = curve.at(-1)?.step ?? 0;
    if (step > last) {
      const { loss: validationLoss, accuracy } = await measure(model, batches.validation(), faults, signal);
      curve.push({ step, trainLoss: losses / (step - last), validationLoss, validationAccuracy: accuracy });
      losses = 0;
      await stopping.update(step, validationLoss);
      if (stopping.best?.step !== step) misses++;
    }
    const waited = faults.patienceNeverResets === true ? misses : stopping.state().waited;
    return waited >= patience && (earlyStep === undefined || step >= earlyStep);
  };
  const save = async () => {
    const state = await optimiser.state();
    const watched = stopping.state();
    await keep?.save({ weights, optimiser: state, position, stopping: watched, early, curve, losses, misses });
  };

  try {
    const ended = await validate(position); // which an interruption may have left undone
    const steps = train(model, {
      batches: batches.train,
      epochs: ended ? 0 : settings.epochs,
      optimiser,
      seed,
      clipNorm: settings.clipNorm,
      start: position,
    });
    for await (const { epoch, batch, step, loss } of steps) {
      position = { epoch, batch, step };
      losses += loss;
      onStep?.(step, loss);
      if (step === earlyStep) early = await snapshot(weights);
      await setImmediate(); // where storage is synchronous nothing else lets Node see a Ctrl-C or draw a bar
      signal?.throwIfAborted();
      const isLast = await validate(position);
      if (keep?.isDue() === true) await save();
      if (isLast) break;
    }
  } catch (error) {
    if (!(error instanceof DivergenceError)) {
      if (signal?.aborted === true) await save();
      throw error;
    }
    throw new TrainingFailure(error.message, await lastGood(weights, position.step, stopping), { cause: error });
  }

  const last = await snapshot(weights);
  stopping.restore();
  const best = curve.find(({ step }) => step === stopping.best!.step)!;
  const test = await measure(model, batches.test(), faults, signal).catch(async (error: unknown) => {
    restore(weights, last);
    if (signal?.aborted === true) await save();
    throw error;
  });
  return {
    weights,
    early,
    earlyStep,
    curve,
    trainLoss: best.trainLoss,
    validationLoss: best.validationLoss,
    validationAccuracy: best.validationAccuracy,
    testLoss: test.loss,
    testAccuracy: test.accuracy,
    testPrecision: test.precision,
    testRecall: test.recall,
    earlyStopStep: best.step,
    steps: position.step,
  };
}

/** Weights that are finite: those that the last step left, or, where it left others, the best so far. */
async function lastGood(
  weights: ReadonlyMap<string, Weight>,
  step: number,
  stopping: EarlyStopping,
): Promise<LastGood | undefined> {
  const now = await snapshot(weights);
  if ([...now.values()].every((values) => values.every(Number.isFinite))) return { step, values: now };
  if (stopping.best === undefined) return undefined;
  const { step: best } = stopping.best;
  stopping.restore();
  return { step: best, values: await snapshot(weights) };
}

/** The step, from 1, after which the moment has come. */
export function stepOf(moment: Moment, stepsPerEpoch: number, epochs: number): number {
  const [unit, at] = "epoch" in moment ? ["epoch", moment.epoch] : ["step", moment.step];
  const step = unit === "epoch" ? at * stepsPerEpoch : at;
  const last = epochs * stepsPerEpoch;
  if (!Number.isSafeInteger(at) || at < 1 || step > last) {
    throw new RangeError(`rewind to ${unit} ${at}: training has epochs 1–${epochs}, steps 1–${last}`);
  }
  return step;
}

/** Whether the k-th of n validations of an epoch is due after `batch` of its batches: at ⌈k·batches/n⌉. */
function isValidation(batch: number, batchesPerEpoch: number, perEpoch: number): boolean {
  const n = Math.min(perEpoch, batchesPerEpoch);
  return Math.floor((batch * n) / batchesPerEpoch) > Math.floor(((batch - 1) * n) / batchesPerEpoch);
}

/** The same batches, with a turn of Node's event loop before each: see where steps are made. */
async function* interruptible(batches: Iterable<Batch>, signal: AbortSignal | undefined): AsyncGenerator<Batch> {
  for (const batch of batches) {
    await setImmediate();
    signal?.throwIfAborted();
    yield batch;
  }
}

interface Measured {
  readonly loss: number;
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
}

async function measure(
  model: Model,
  batches: Iterable<Batch>,
  faults: TrainingFaults,
  signal: AbortSignal | undefined,
): Promise<Measured> {
  const all = Array.from(batches);
  const { loss, accuracy, macro } = await evaluate(model, interruptible(all, signal));
  if (faults.accuracyOfBatchMeans !== true) return { loss, accuracy, ...macro };
  let total = 0;
  for (const batch of all) total += (await evaluate(model, [batch])).accuracy;
  return { loss, accuracy: total / all.length, ...macro };
}
