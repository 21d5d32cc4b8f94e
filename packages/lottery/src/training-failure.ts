import type { Weight } from "@ltt/core";
import { type DivergenceError, type EarlyStopping, snapshot } from "@ltt/layers";
import type { Values } from "./pattern.ts";

/** Weights and buffers after a step, whole tensors or the values of a pattern. */
export interface LastGood {
  readonly step: number;
  readonly values: Values;
}

/** Training diverged. The message names the step and the first weight or gradient that is not finite. */
export class TrainingFailure extends Error {
  override readonly name = "TrainingFailure";
  /** `undefined` if there are none but the initial ones. */
  readonly lastGood: LastGood | undefined;

  constructor(message: string, lastGood: LastGood | undefined, options?: ErrorOptions) {
    super(message, options);
    this.lastGood = lastGood;
  }
}

/**
 * What to throw where training left the finite numbers, with weights whose loss is known to be finite: the best so far.
 * Those that the last step left may be as finite and useless.
 */
export async function failureOf(
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
