import type { Rng } from "@ltt/core";
import { anything, check, checkOptions, checkRng, floats, type Kinds, positive } from "@ltt/core/arguments";
import { between0And1 } from "./kinds.ts";

export interface BootstrapOptions {
  readonly rng: Rng;
  /** Of how many samples. Default 10,000. */
  readonly resamples?: number | undefined;
  /** Default 0.95. */
  readonly confidence?: number | undefined;
}

/** A mean with an interval that need not be symmetric. */
export interface BootstrapInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const OPTIONS: Kinds<BootstrapOptions> = { rng: anything, resamples: positive, confidence: between0And1 };

/**
 * The percentile bootstrap of a mean: from n values n are drawn with replacement, again and again; the interval holds
 * the middle of their means. Efron & Tibshirani 1993, §13.3. Of the differences of two networks' scores, example by
 * example, it is the interval of their difference in accuracy over other test examples, whatever the distribution; it
 * says nothing of other seeds.
 *
 * @param values - One an example.
 * @throws {RangeError} without values, or if one is not finite.
 */
export function bootstrap(values: Float32Array, options: BootstrapOptions): BootstrapInterval {
  check("bootstrap", "values", values, floats);
  const { rng, resamples = 10_000, confidence = 0.95 } = checkOptions("bootstrap", options, OPTIONS);
  checkRng("bootstrap", "rng", rng);
  const n = values.length;
  if (n === 0 || !values.every(Number.isFinite)) {
    throw new RangeError(`bootstrap: ${n === 0 ? "there are no values" : "a value is not finite"}`);
  }
  const means = Float64Array.from({ length: resamples }, (_, r) => {
    let sum = 0;
    for (const u of rng.split(r).uniforms(n)) sum += values[Math.min(n - 1, Math.floor(u * n))]!;
    return sum / n;
  }).sort();
  const at = (share: number) => means[Math.min(resamples - 1, Math.floor(share * resamples))]!;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  return { mean, low: at((1 - confidence) / 2), high: at((1 + confidence) / 2) };
}
