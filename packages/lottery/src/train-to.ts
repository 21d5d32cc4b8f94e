import { setImmediate } from "node:timers/promises";
import { check, count } from "@ltt/core/arguments";
import { type Model, parametersOf, snapshot, stateOf } from "@ltt/layers";
import { withGammaPenalty } from "./gamma-penalty.ts";
import { positionOf } from "./moment.ts";
import { optimiserOf } from "./optimisers.ts";
import type { Values } from "./pattern.ts";
import { checkTraining, type TrainNetworkOptions } from "./training-options.ts";
import { stepsOf } from "./training-steps.ts";

/**
 * Trains a network to a step and no further, without looking at it: to the bits that `trainNetwork` has there, since
 * validation changes nothing and early stopping only ends training.
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
