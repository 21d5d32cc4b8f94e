import { gradients, scope, stream, type TokenMatrix, type TokenVector } from "@ltt/core";
import {
  above0,
  atLeast0,
  callable,
  check,
  checkOptions,
  checkTensor,
  count,
  describe,
  type Kind,
  type Kinds,
  object,
  positive,
} from "@ltt/core/arguments";
import { areIterable, type Batch, checkBatch } from "./batch.ts";
import { clipByNorm } from "./clip.ts";
import { blame, blameBatch, blameRead, DivergenceError, valueNow } from "./divergence.ts";
import { assertClasses, classificationLoss, type Loss } from "./losses.ts";
import { answer, type Model, modelKind } from "./model.ts";
import type { Optimiser } from "./optimiser.ts";
import type { Schedule } from "./schedules.ts";
import { turns } from "./turns.ts";

/** How far training is. */
export interface Position {
  /** From 1. */
  readonly epoch: number;
  /** Batches of this epoch that are done. */
  readonly batch: number;
  /** Steps done in all. */
  readonly step: number;
}

/** A step that has been made, and the position after it. */
export interface Step extends Position {
  /** The mean loss of its batch, before the step. */
  readonly loss: number;
  /** No more batches in this epoch. */
  readonly endOfEpoch: boolean;
  /** The common norm of all gradients before clipping; where they are clipped. */
  readonly gradientNorm?: number;
}

export interface TrainOptions<Input = TokenMatrix, Targets = TokenVector | TokenMatrix> {
  /**
   * The batches of an epoch, in the order to train on them: a function of the epoch (from 1) alone, so that a run can resume. They may be
   * read as they are needed (an `AsyncIterable`).
   */
  readonly batches: (epoch: number) => Iterable<Batch<Input, Targets>> | AsyncIterable<Batch<Input, Targets>>;
  /** Up to and including this epoch. */
  readonly epochs: number;
  /** Holds what is trained: `trainable(model)`, or less. */
  readonly optimiser: Optimiser;
  /** Dropout of step s of epoch e draws from `stream(seed, "dropout", e, s)`. */
  readonly seed: number;
  /** Sets the optimiser's rate before every step. Default: it keeps its own. */
  readonly schedule?: Schedule | undefined;
  /** The most that the norm of the gradients may be. Default: they are not clipped. */
  readonly clipNorm?: number | undefined;
  /** Where to go on: a `Step` of an earlier run. Default: the beginning. */
  readonly start?: Position | undefined;
  /** Default `classificationLoss`; where targets are no classes there is none. */
  readonly loss?: Loss<Targets> | undefined;
}

/** Where training begins. */
export const BEGINNING: Position = { epoch: 1, batch: 0, step: 0 };

/**
 * Trains a model in place, one step each time the next value is asked for: whoever drives it measures, stops or saves in between.
 *
 *     for await (const { step, loss, endOfEpoch } of train(model, { batches, epochs: 10, optimiser, seed: 1 })) …
 *
 * A step waits for nothing but its loss, and gives back all memory that it took; a batch is given back once it is garbage. Every 20 ms the
 * event loop turns.
 *
 * @throws {TypeError} if an option is unknown or of the wrong kind, or a batch is none.
 * @throws {RangeError} if an epoch has no batches, or fewer than are already done.
 * @throws {DivergenceError} if a loss, or the norm that clipping computes, is not finite: it names the step and the first number of the
 *   batch, or else weight or gradient, that is not. Where storage is synchronous the step is not made, and the weights are those that the
 *   step before it left.
 */
export async function* train<Input, Targets>(
  model: Model<Input>,
  options: TrainOptions<Input, Targets>,
): AsyncGenerator<Step, void, undefined> {
  check("train", "model", model, modelKind);
  checkOptions<TrainOptions<Input, Targets>>("train", options, OPTIONS, ["batches", "epochs", "optimiser", "seed"]);
  const { batches, epochs, optimiser, schedule, start = BEGINNING } = options;
  checkPosition("train: start", start);
  const turn = turns();
  let step = start.step;
  for (let epoch = start.epoch; epoch <= epochs; epoch++) {
    const done = epoch === start.epoch ? start.batch : 0;
    let batch = 0;
    const values = batches(epoch);
    if (!areIterable(values))
      throw new TypeError(`train: batches(${epoch}) is ${describe(values)}; it is an array of batches, or iterable`);
    for await (const { value, last } of withLast(values)) {
      checkBatch(`train: epoch ${epoch}: batch ${batch}`, value);
      await turn();
      if (batch++ < done) continue;
      if (schedule !== undefined) {
        const rate = schedule(step);
        check("train", `schedule(${step})`, rate, atLeast0);
        optimiser.learningRate = rate;
      }
      step++;
      const { loss, norm, fault } = await makeStep(model, value, { ...options, epoch, batch: batch - 1, step });
      if (!Number.isFinite(loss) || (norm !== undefined && !Number.isFinite(norm))) {
        const what = Number.isFinite(loss) ? `the norm of the gradients is ${norm}` : `the loss is ${loss}`;
        const failed = `train: step ${step} (epoch ${epoch}, batch ${batch}): ${what}`;
        const given = await blameBatch(value);
        if (given !== undefined) throw new DivergenceError(`${failed}: ${given}`, step);
        const where = fault ?? (await blameRead(model, optimiser.parameters));
        throw new DivergenceError(
          `${failed}${where === undefined ? "" : `: ${where}`}; ` +
            `try a learning rate below ${optimiser.learningRate}, or ${options.clipNorm === undefined ? "" : "a smaller "}clipNorm`,
          step,
        );
      }
      yield { epoch, batch, step, loss, endOfEpoch: last, ...(norm === undefined ? {} : { gradientNorm: norm }) };
    }
    if (batch === 0) throw new RangeError(`train: epoch ${epoch} has no batches`);
    if (batch < done)
      throw new RangeError(`train: epoch ${epoch} has ${batch} batches, fewer than the ${done} already done`);
  }
}

const optimiserKind: Kind = {
  words: "an optimiser: new Adam(trainable(model))",
  accepts: (value) =>
    typeof value === "object" &&
    value !== null &&
    "parameters" in value &&
    Array.isArray(value.parameters) &&
    "step" in value &&
    typeof value.step === "function",
};

const OPTIONS: Kinds<TrainOptions<unknown>> = {
  batches: callable,
  epochs: count,
  optimiser: optimiserKind,
  seed: count,
  schedule: callable,
  clipNorm: above0,
  start: object,
  loss: callable,
};

/** @throws unless it is a place in training; a `Step` is one too. */
export function checkPosition(where: string, { epoch, batch, step }: Position): void {
  check(where, "epoch", epoch, positive);
  check(where, "batch", batch, count);
  check(where, "step", step, count);
}

async function makeStep<Input, Targets>(
  model: Model<Input>,
  batch: Batch<Input, Targets>,
  options: TrainOptions<Input, Targets> & { epoch: number; batch: number; step: number },
): Promise<{ loss: number; norm: number | undefined; fault: string | undefined }> {
  const { optimiser, seed, epoch, step, clipNorm, loss: lossOf = lossOfClasses } = options;
  const { reading, fault } = scope(() => {
    const rng = stream(seed, "dropout", epoch, step);
    const where = `train: epoch ${epoch}: batch ${options.batch}`;
    const loss = lossOf(answer(where, model, batch, { rng }), batch.targets);
    checkTensor("train", "what loss gave", loss);
    const found = gradients(loss, optimiser.parameters);
    const clipped = clipNorm === undefined ? undefined : clipByNorm(found, clipNorm);
    const watched = clipped === undefined ? [loss] : [loss, clipped.norm];
    const isRuinous = watched.map(valueNow).some((value) => value !== undefined && !Number.isFinite(value));
    if (!isRuinous) optimiser.step(clipped?.gradients ?? found);
    // Asked for inside, where the values live, and answered later: so nothing outlives the scope.
    return {
      reading: Promise.all(watched.map((value) => value.item())),
      fault: isRuinous ? blame(model, optimiser.parameters, loss, found) : undefined,
    };
  });
  const [loss, norm] = await reading;
  return { loss: loss!, norm, fault };
}

/** Of targets that are no classes it says that a loss is wanted. */
const lossOfClasses: Loss<unknown> = (outputs, targets) => {
  assertClasses(targets);
  return classificationLoss(outputs, targets);
};

/** Values, each with whether it is the last. */
async function* withLast<T>(values: Iterable<T> | AsyncIterable<T>): AsyncGenerator<{ value: T; last: boolean }> {
  let previous: { value: T } | undefined;
  for await (const value of values) {
    if (previous !== undefined) yield { value: previous.value, last: false };
    previous = { value };
  }
  if (previous !== undefined) yield { value: previous.value, last: true };
}
