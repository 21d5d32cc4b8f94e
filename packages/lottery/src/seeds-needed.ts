import { above0, check, checkOptions, type Kinds } from "@ltt/core/arguments";
import { normalQuantile, studentQuantile } from "./distributions.ts";
import { between0And1 } from "./kinds.ts";

export interface PowerOptions {
  /** Of the interval that is to exclude 0. Default 0.95. */
  readonly confidence?: number | undefined;
  /** The probability that it does. Default 0.8. */
  readonly power?: number | undefined;
}

const OPTIONS: Kinds<PowerOptions> = { confidence: between0And1, power: between0And1 };

/** More seeds than anybody trains. */
const MOST = 1_000_000;

/**
 * How many seeds an experiment needs to see a difference between two arms, paired by seed: the least n from 2 with
 * `n ≥ ((t + z) · s / δ)²`, t the two-sided quantile of Student's t with n − 1 degrees of freedom, z the normal
 * quantile of the power. An approximation: of few seeds the exact power can ask for one more. Zar, Biostatistical
 * Analysis, §7.6.
 *
 * @param difference - δ, that is to be seen: half a point is 0.005.
 * @param deviation - s, the standard deviation of the differences over seeds.
 * @throws {RangeError} unless both are above 0; if more than a million seeds are needed.
 */
export function seedsNeeded(difference: number, deviation: number, options: PowerOptions = {}): number {
  check("seedsNeeded", "difference", difference, above0);
  check("seedsNeeded", "deviation", deviation, above0);
  const { confidence = 0.95, power = 0.8 } = checkOptions("seedsNeeded", options, OPTIONS);
  const z = power >= 0.5 ? oneSided(power) : -oneSided(1 - power);
  const isEnough = (n: number) => n >= (((studentQuantile(confidence, n - 1) + z) * deviation) / difference) ** 2;
  if (!isEnough(MOST)) throw new RangeError(`seedsNeeded: a difference of ${difference} needs more than ${MOST} seeds`);
  let [low, high] = [1, 2];
  while (!isEnough(high)) [low, high] = [high, Math.min(MOST, 2 * high)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** The z with `P(Z ≤ z) = probability`, from ½ on. */
function oneSided(probability: number): number {
  return probability === 0.5 ? 0 : normalQuantile(2 * probability - 1);
}
