/** A mean over runs with its 95 % interval `mean ± halfWidth` (Student's t), and how many runs it rests on. */
export interface Estimate {
  readonly mean: number;
  readonly halfWidth: number;
  readonly n: number;
}

/** `Σ x / n`. @throws {RangeError} without values. */
export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("mean: there are no values");
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * `√(Σ (x − mean)² / (n − 1))`: the spread of the population that the values were drawn from.
 *
 * @throws {RangeError} with fewer than two values.
 */
export function sampleStandardDeviation(values: readonly number[]): number {
  if (values.length < 2) throw new RangeError(`sampleStandardDeviation: ${values.length} values show no spread`);
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) * (value - centre), 0) / (values.length - 1));
}

/**
 * Half the width of the two-sided 95 % interval of the mean: `t(n − 1) · s / √n`.
 *
 * One value bounds nothing: its interval is infinite.
 */
export function halfWidth95(values: readonly number[]): number {
  if (values.length === 1) return Number.POSITIVE_INFINITY;
  return (studentT95(values.length - 1) * sampleStandardDeviation(values)) / Math.sqrt(values.length);
}

/** Mean and 95 % interval of values from independent runs. @throws {RangeError} without values. */
export function estimate(values: readonly number[]): Estimate {
  return { mean: mean(values), halfWidth: halfWidth95(values), n: values.length };
}

/**
 * Mean and 95 % interval of `a[i] − b[i]`, for runs that share their seed: what the seed does to both cancels.
 *
 * @throws {RangeError} if the two differ in length.
 */
export function pairedDifference(a: readonly number[], b: readonly number[]): Estimate {
  if (a.length !== b.length) throw new RangeError(`pairedDifference: ${a.length} values and ${b.length} are not pairs`);
  return estimate(a.map((value, i) => value - b[i]!));
}

/**
 * The `t` with `P(|T| ≤ t) = 0.95` for Student's t with `df` degrees of freedom, a whole number or ∞.
 *
 * Found by bisection on `h = tan(θ/2)` in `t = √df · tan θ`, which turns the distribution into a finite sum. Only +, −, ×, ÷ and √ are used, which
 * every engine rounds alike: `Math.tan` and its like would give reports other last digits elsewhere.
 *
 * @throws {RangeError} unless `df` is a positive integer or ∞.
 */
export function studentT95(df: number): number {
  if (df === Number.POSITIVE_INFINITY) return 1.959963984540054;
  if (!Number.isInteger(df) || df < 1) throw new RangeError(`studentT95: ${df} degrees of freedom`);
  let low = 0;
  let high = 1;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (centralProbability(middle, df) < 0.95) low = middle;
    else high = middle;
  }
  return (Math.sqrt(df) * 2 * low) / ((1 - low) * (1 + low));
}

/** `P(|T| ≤ √df · tan θ)` for `h = tan(θ/2)`: Abramowitz & Stegun 1964, 26.7.3 (odd) and 26.7.4 (even). */
function centralProbability(h: number, df: number): number {
  const sine = (2 * h) / (1 + h * h);
  const cosine = ((1 - h) * (1 + h)) / (1 + h * h);
  const odd = df % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = 0;
  for (let power = odd ? 1 : 0; power <= df - 2; power += 2) {
    sum += term;
    term *= (cosine * cosine * (power + 1)) / (power + 2);
  }
  return odd ? (2 / Math.PI) * (2 * arctangent(h) + sine * sum) : sine * sum;
}

/** `atan h` for h in [0,1]: the angle is halved twice, to at most π/16, where 12 terms of Gregory's series are exact to the last digits. */
function arctangent(h: number): number {
  let x = h;
  for (let halving = 0; halving < 2; halving++) x /= 1 + Math.sqrt(1 + x * x);
  let sum = 0;
  for (let k = 23; k >= 1; k -= 2) sum = 1 / k - x * x * sum;
  return 4 * x * sum;
}
