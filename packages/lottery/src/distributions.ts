// By hand: Dunnett's is in no package, and it shares its parts with the others. Of @stdlib, Student's t and F alone are
// 224 packages of 26 MB, which pages would load too.
import { check, positive } from "@ltt/core/arguments";
import { between0And1 } from "./kinds.ts";

/**
 * Quantiles for intervals. Only +, −, ×, ÷ and √ are used, which every engine rounds alike: `Math.exp` and its like
 * would give reports other last digits elsewhere. Each is found by bisection on its distribution function;
 * `packages/lottery/test/scipy-quantiles.json` holds SciPy's values.
 */

/**
 * The z with `P(|Z| ≤ z) = probability` for a standard normal Z.
 *
 * @throws {RangeError} unless the probability is in (0, 1).
 */
export function normalQuantile(probability: number): number {
  check("normalQuantile", "probability", probability, between0And1);
  return bisect((z) => 2 * normal(z) - 1 < probability, 9);
}

/**
 * The t with `P(|T| ≤ t) = probability` for Student's t with `df` degrees of freedom: `P = 1 − I(df / (df + t²); df/2, ½)`.
 *
 * @throws {RangeError} unless `df` is a positive integer and the probability in (0, 1).
 */
export function studentQuantile(probability: number, df: number): number {
  check("studentQuantile", "probability", probability, between0And1);
  check("studentQuantile", "df", df, positive);
  return remembered(`student ${probability} ${df}`, () =>
    bisect((t) => 1 - incompleteBeta(df / (df + t * t), df, 1) < probability, 1e9),
  );
}

/**
 * The f with `P(F ≤ f) = probability` for the ratio of two estimated variances, with `a` and `b` degrees of freedom:
 * `P = I(a·f / (a·f + b); a/2, b/2)`.
 *
 * @throws {RangeError} unless the degrees of freedom are positive integers and the probability in (0, 1).
 */
export function fisherQuantile(probability: number, a: number, b: number): number {
  check("fisherQuantile", "probability", probability, between0And1);
  check("fisherQuantile", "a", a, positive);
  check("fisherQuantile", "b", b, positive);
  return remembered(`fisher ${probability} ${a} ${b}`, () =>
    bisect((f) => incompleteBeta((a * f) / (a * f + b), a, b) < probability, 1e9),
  );
}

/**
 * The c with `P(max |Tᵢ| ≤ c) = probability` for the means of `comparisons` groups that are each compared with the one
 * of a control, all of one variance, which is estimated with `df` degrees of freedom: Dunnett, “A multiple comparison
 * procedure for comparing several treatments with a control”, JASA 50, 1955, two-sided. The Tᵢ share the control, hence
 * a correlation of ½: `P = ∫ f(s) ∫ φ(z) [Φ(√2·c·s + z) − Φ(−√2·c·s + z)]ᵏ dz ds`, with s the root of χ²/df.
 *
 * With one comparison it is Student's t.
 *
 * @throws {RangeError} unless the counts are positive integers and the probability in (0, 1).
 */
export function dunnettQuantile(probability: number, comparisons: number, df: number): number {
  check("dunnettQuantile", "probability", probability, between0And1);
  check("dunnettQuantile", "comparisons", comparisons, positive);
  check("dunnettQuantile", "df", df, positive);
  if (comparisons === 1) return studentQuantile(probability, df);
  return remembered(`dunnett ${probability} ${comparisons} ${df}`, () => {
    const scales = rootsOfChiSquare(df);
    return bisect((c) => dunnettProbability(c, comparisons, scales) < probability, 1000);
  });
}

/** A report asks for the same few quantiles again and again: a millisecond each, and Dunnett's, a double integral, fifty. */
const quantiles = new Map<string, number>();

function remembered(key: string, compute: () => number): number {
  const known = quantiles.get(key) ?? compute();
  quantiles.set(key, known);
  return known;
}

/**
 * The confidence of each of n statements at which all of them together have `confidence`: `confidence^(1/n)`, exact
 * where they are independent, more than enough for two-sided intervals that are not (Šidák, “Rectangular confidence
 * regions for the means of multivariate normal distributions”, JASA 62, 1967).
 *
 * @throws {RangeError} unless n is a positive integer and the confidence in (0, 1).
 */
export function sidak(confidence: number, n: number): number {
  check("sidak", "confidence", confidence, between0And1);
  check("sidak", "n", n, positive);
  return bisect((each) => power(each, n) < confidence, 1);
}

const ROOT_OF_2_PI = 2.5066282746310002;

interface Node {
  readonly at: number;
  readonly weight: number;
}

function dunnettProbability(c: number, comparisons: number, scales: readonly Node[]): number {
  let sum = 0;
  for (const { at, weight } of scales) {
    const reach = Math.SQRT2 * c * at;
    let inner = 0;
    // The integrand is even in z.
    for (const { at: z, weight: w } of NORMAL_NODES) {
      inner += w * power(normal(reach + z) - normal(z - reach), comparisons);
    }
    sum += weight * inner;
  }
  return sum;
}

/**
 * Half of the trapezoid rule on a standard normal density, from 0 to 8: spectrally accurate, since the density and all
 * its derivatives end in 0.
 */
const NORMAL_NODES: readonly Node[] = Array.from({ length: 33 }, (_, i) => {
  const z = i / 4;
  return { at: z, weight: ((i === 0 ? 1 : 2) / 4) * normalDensity(z) };
});

/**
 * The trapezoid rule on the density of `s = √(χ²/df)`, which goes as `s^(df−1) · exp(−df·s²/2)`, over the root of s:
 * few degrees of freedom leave it too steep at 0 for steps in s.
 */
function rootsOfChiSquare(df: number): Node[] {
  const reach = 10 / Math.sqrt(2 * df);
  const low = Math.sqrt(Math.max(0, 1 - reach));
  const count = 200;
  const step = (Math.sqrt(1 + reach) - low) / count;
  const nodes = Array.from({ length: count + 1 }, (_, i) => {
    const u = low + i * step;
    const s = u * u;
    const tilt = exponential((1 - s * s) / 2);
    return { at: s, weight: u * power(s * tilt, df - 1) * tilt };
  });
  const total = nodes.reduce((sum, { weight }) => sum + weight, 0);
  return nodes.map(({ at, weight }) => ({ at, weight: weight / total }));
}

/** `Φ(x)`: `½ + φ(x) · (x + x³/3 + x⁵/(3·5) + …)`. */
function normal(x: number): number {
  if (x < 0) return 1 - normal(-x);
  if (x > 8.5) return 1;
  let term = x;
  let sum = x;
  for (let k = 3; term > sum * 1e-17; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + normalDensity(x) * sum;
}

function normalDensity(x: number): number {
  return exponential((-x * x) / 2) / ROOT_OF_2_PI;
}

/** `eˣ`: x is reduced by multiples of ln 2, the rest is Taylor's series. */
function exponential(x: number): number {
  const halvings = Math.round(x / Math.LN2);
  const rest = x - halvings * Math.LN2;
  let term = 1;
  let sum = 1;
  for (let k = 1; k < 20; k++) {
    term *= rest / k;
    sum += term;
  }
  return sum * (halvings < 0 ? power(0.5, -halvings) : power(2, halvings));
}

/** `xⁿ` by squaring, for a whole n from 0. */
function power(x: number, n: number): number {
  let result = 1;
  for (let base = x, left = n; left > 0; left = Math.floor(left / 2), base *= base) {
    if (left % 2 === 1) result *= base;
  }
  return result;
}

/**
 * The regularised incomplete beta function `I(x; a/2, b/2)` for whole a and b: a continued fraction (Abramowitz &
 * Stegun 1964, 26.5.8), on the side where it converges quickly.
 */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 2) / (a + b + 4)) return 1 - incompleteBeta(1 - x, b, a);
  const [p, q] = [a / 2, b / 2];
  let fraction = 1;
  for (let m = 200; m >= 1; m--) {
    const even = (m * (q - m) * x) / ((p + 2 * m - 1) * (p + 2 * m));
    const odd = (-(p + m - 1) * (p + q + m - 1) * x) / ((p + 2 * m - 2) * (p + 2 * m - 1));
    fraction = 1 + odd / (1 + even / fraction);
  }
  return (power(Math.sqrt(x), a) * power(Math.sqrt(1 - x), b)) / (p * beta(a, b) * fraction);
}

/** `B(a/2, b/2)`, from B(½,½) = π, B(½,1) = 2 or B(1,1) = 1 upwards: `B(p + 1, q) = B(p, q) · p / (p + q)`. */
function beta(a: number, b: number): number {
  const [oddA, oddB] = [a % 2 === 1, b % 2 === 1];
  let [p, q] = [oddA ? 0.5 : 1, oddB ? 0.5 : 1];
  let value = oddA && oddB ? Math.PI : oddA || oddB ? 2 : 1;
  for (; p < a / 2; p++) value *= p / (p + q);
  for (; q < b / 2; q++) value *= q / (p + q);
  return value;
}

/** The x in [0, most] where `isBelow` turns false: the interval is doubled up to there, then halved to the last bit that matters. */
function bisect(isBelow: (x: number) => boolean, most: number): number {
  let [low, high] = [0, Math.min(1, most)];
  while (high < most && isBelow(high)) [low, high] = [high, Math.min(2 * high, most)];
  for (let step = 0; step < 60 && low < high; step++) {
    const middle = (low + high) / 2;
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
