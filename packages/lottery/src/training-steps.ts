import { type Model, type Optimiser, type Position, type Step, train } from "@ltt/layers";
import { scheduleOf, stepRates } from "./learning-rates.ts";
import type { Batches } from "./task.ts";
import type { TrainingSettings } from "./training-settings.ts";

/** The steps of a network with its settings: learning rates and clipping. */
export function stepsOf<Input>(
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
