import { check, count, object, positive } from "@ltt/core/arguments";

/**
 * How long a network trains, and how often it is looked at on the way: in epochs, as of texts, or in steps, as image
 * experiments are published.
 */
export interface TrainingLength {
  /** Epochs at most; or `steps`. */
  readonly epochs?: number | undefined;
  /** Steps at most, where `epochs` is left out. */
  readonly steps?: number | undefined;
  /** Validations an epoch, evenly spaced, the last at its end; or `evaluateEvery`. */
  readonly evaluationsPerEpoch?: number | undefined;
  /** Steps from one validation to the next, where `evaluationsPerEpoch` is left out. */
  readonly evaluateEvery?: number | undefined;
}

/** @throws {TypeError | RangeError} unless there is one of `epochs` and `steps`, and one of `evaluationsPerEpoch` and `evaluateEvery`. */
export function checkLength(where: string, length: TrainingLength): void {
  checkOneOf(where, length, "epochs", "steps");
  checkOneOf(where, length, "evaluationsPerEpoch", "evaluateEvery");
}

function checkOneOf(where: string, length: TrainingLength, first: keyof TrainingLength, other: keyof TrainingLength) {
  if (length[other] === undefined) check(where, first, length[first], first === "epochs" ? count : positive);
  else if (length[first] !== undefined) {
    throw new TypeError(`${where}: ${first} is ${length[first]} and ${other} ${length[other]}; give one of them`);
  }
}

/** The last step that training may reach: `steps`, or `epochs · stepsPerEpoch`. */
export function lastStepOf(length: TrainingLength, stepsPerEpoch: number): number {
  check("lastStepOf", "length", length, object);
  check("lastStepOf", "stepsPerEpoch", stepsPerEpoch, positive);
  checkOneOf("lastStepOf", length, "epochs", "steps");
  const { epochs = 0, steps } = length;
  return steps ?? epochs * stepsPerEpoch;
}

/** Whether a validation is due after a step, which was the `batch`-th of its epoch: the k-th of n an epoch at ⌈k·batches/n⌉. */
export function isValidationDue(
  { evaluationsPerEpoch = 1, evaluateEvery }: TrainingLength,
  { batch, step }: { readonly batch: number; readonly step: number },
  stepsPerEpoch: number,
): boolean {
  if (evaluateEvery !== undefined) return step % evaluateEvery === 0;
  const n = Math.min(evaluationsPerEpoch, stepsPerEpoch);
  return Math.floor((batch * n) / stepsPerEpoch) > Math.floor(((batch - 1) * n) / stepsPerEpoch);
}
