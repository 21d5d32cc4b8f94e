import { studentQuantile } from "./distributions.ts";
import { checkNumbers } from "./kinds.ts";

/** A mean over runs with its 95 % interval `mean ± halfWidth` (Student's t), and how many runs it rests on. */
export interface Estimate {
  readonly mean: number;
  readonly halfWidth: number;
  readonly n: number;
}

/** `Σ x / n`. @throws {RangeError} without values, or if one is not finite. */
export function mean(values: readonly number[]): number {
  checkSample("mean", "values", values);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * `Σ (x − mean)² / (n − 1)`: the variance of the population that the values were drawn from.
 *
 * @throws {RangeError} with fewer than two values, or if one is not finite.
 */
export function sampleVariance(values: readonly number[]): number {
  checkNumbers("sampleVariance", "values", values);
  if (values.length < 2) throw new RangeError(`sampleVariance: ${values.length} values show no spread`);
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) * (value - centre), 0) / (values.length - 1);
}

/**
 * `t(n − 1) · s / √n`: half the width of the two-sided 95 % interval of the mean. One value bounds nothing: its
 * interval is infinite. @throws {RangeError} as `estimate`.
 */
export function halfWidth95(values: readonly number[]): number {
  checkSample("halfWidth95", "values", values);
  if (values.length === 1) return Number.POSITIVE_INFINITY;
  return studentQuantile(0.95, values.length - 1) * Math.sqrt(sampleVariance(values) / values.length);
}

/** Mean and 95 % interval of values from independent runs. @throws {RangeError} without values, or if one is not finite. */
export function estimate(values: readonly number[]): Estimate {
  checkSample("estimate", "values", values);
  return { mean: mean(values), halfWidth: halfWidth95(values), n: values.length };
}

function checkSample(where: string, name: string, values: readonly number[]): void {
  checkNumbers(where, name, values);
  if (values.length === 0) throw new RangeError(`${where}: there are no values`);
}
