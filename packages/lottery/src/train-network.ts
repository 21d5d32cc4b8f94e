import { setImmediate } from "node:timers/promises";
import { storedPositions, stream, type Weight } from "@ltt/core";
import { check } from "@ltt/core/arguments";
import {
  type Batch,
  DivergenceError,
  EarlyStopping,
  type EarlyStoppingState,
  type Model,
  type Position,
  type Predictions,
  predict,
  restore,
  snapshot,
} from "@ltt/layers";
import { classification } from "./classification.ts";
import { collapseOf } from "./collapse.ts";
import { share } from "./kinds.ts";
import { Learner } from "./learner.ts";
import { positionOf } from "./moment.ts";
import { type Pattern, patternOf } from "./pattern.ts";
import { RecentBatches } from "./recent-batches.ts";
import type { CurvePoint } from "./result.ts";
import { exchangedAfter } from "./rewiring.ts";
import { mean } from "./statistics.ts";
import { checkMeasures, type Measure } from "./task.ts";
import type { Evaluated, Trained } from "./trained.ts";
import { failureOf } from "./training-failure.ts";
import { isValidationDue, lastStepOf } from "./training-length.ts";
import { type Accuracy, checkTraining, type Stop, type TrainNetworkOptions } from "./training-options.ts";
import { stepsOf } from "./training-steps.ts";

/**
 * Trains a network, dense or sparse alike, validates it at even distances on the monitored part, puts the best weights
 * back, and then validates and tests those once on all examples.
 *
 * @throws {TypeError | RangeError} if an option is missing, unknown, of the wrong kind or outside its range.
 * @throws {TrainingFailure} if a loss, a norm of gradients or a weight is not finite any more; it holds the last
 *   weights whose loss was finite.
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
    throw await failureOf(error, learner.state, position.step, watching(learner, patience, stopping.state()));
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

/** Targets may hold several classes an example. */
function examplesOf({ logits, outputs }: Predictions): number {
  return logits.length / outputs;
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
