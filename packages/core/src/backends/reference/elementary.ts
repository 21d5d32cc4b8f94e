// Elementary functions in float32: every operation is rounded, so that float32 SIMD gives the same bits. Polynomials and reductions follow
// the design of Cephes (S. L. Moshier, single precision: expf, logf, tanhf). Constants are rounded to float32 once, here.

const f = Math.fround;
const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

const LOG2E = f(Math.LOG2E);
/** ln 2 in two parts; the first has so few bits that its product with an exponent is exact. */
const LN2_HIGH = f(0.693359375);
const LN2_LOW = f(-2.1219444e-4);
/** The largest x whose exponential is finite, and the smallest whose exponential is a normal number. */
const EXP_MAX = f(88.7228317);
const EXP_MIN = f(-87.3365402);
const EXP = [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1].map(f);
const LOG = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
].map(f);
const TANH = [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1].map(f);

/** eˣ; 0 where the result would be denormal. */
export function exp(x: number): number {
  if (!(x <= EXP_MAX)) return x > EXP_MAX ? Infinity : x; // NaN goes through
  if (x < EXP_MIN) return 0;
  const n = Math.floor(f(f(x * LOG2E) + 0.5));
  const r = f(f(x - f(n * LN2_HIGH)) - f(n * LN2_LOW));
  const y = f(f(f(horner(EXP, r) * f(r * r)) + r) + 1);
  const half = n >> 1; // 2¹²⁸ is no float32, 2⁶⁴·2⁶⁴ is
  return f(f(y * power(half)) * power(n - half));
}

/** ln x. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : Number.NaN;
  if (x === Infinity) return x;
  const scaled = x < 2 ** -126 ? f(x * 2 ** 24) : x;
  float[0] = scaled;
  let e = (word[0]! >>> 23) - 126 - (scaled === x ? 0 : 24);
  word[0] = (word[0]! & 0x007fffff) | 0x3f000000; // the fraction, in [½, 1)
  let m = float[0]!;
  if (m < f(Math.SQRT1_2)) {
    e--;
    m = f(m + m);
  }
  m = f(m - 1);
  const z = f(m * m);
  const series = f(f(horner(LOG, m) * m) * z);
  return f(f(f(f(series + f(e * LN2_LOW)) - f(0.5 * z)) + m) + f(e * LN2_HIGH));
}

/** aᵇ by logarithm and exponential: its relative error is that of the product b · ln |a|, about 2⁻²⁴ · |b · ln |a||. */
export function pow(a: number, b: number): number {
  if (b === 0 || a === 1) return 1;
  const size = Math.abs(a);
  const power = size === 1 && !Number.isNaN(b) ? 1 : exp(f(b * log(size)));
  const isWhole = Math.floor(b) === b;
  if (a < 0 && a > -Infinity && !isWhole) return Number.NaN;
  const isNegative = a < 0 || Object.is(a, -0);
  return isNegative && isWhole && Math.floor(b / 2) !== b / 2 ? -power : power;
}

/**
 * ln (1 + x): ln u of the rounded u = 1 + x, and what the rounding took by the ratio of x to u − 1, which is exact.
 *
 * @see Goldberg, “What every computer scientist should know about floating-point arithmetic”, ACM Computing Surveys 23(1), 1991, theorem 4.
 */
export function log1p(x: number): number {
  const u = f(1 + x);
  const d = f(u - 1);
  if (d === 0 || x === Infinity) return x;
  return f(log(u) * f(x / d));
}

/** tanh x. */
export function tanh(x: number): number {
  const a = Math.abs(x);
  if (a < 0.625) {
    const s = f(x * x);
    return f(f(f(horner(TANH, s) * s) * x) + x);
  }
  const y = f(1 - f(2 / f(exp(f(a + a)) + 1)));
  return x < 0 ? -y : y; // NaN: exp gave NaN
}

/** 1 / (1 + e⁻ˣ), from the exponential that does not overflow. */
export function sigmoid(x: number): number {
  const e = exp(-Math.abs(x));
  return f((x < 0 ? e : 1) / f(1 + e));
}

/** Results below the smallest normal number become 0: denormals are slow, and WebAssembly cannot be told to flush them. */
export function flush(x: number): number {
  return Math.abs(x) < 2 ** -126 ? 0 : x;
}

function horner(coefficients: readonly number[], x: number): number {
  let y = coefficients[0]!;
  for (let i = 1; i < coefficients.length; i++) y = f(f(y * x) + coefficients[i]!);
  return y;
}

/** 2ⁿ for −126 ≤ n ≤ 127. */
function power(n: number): number {
  word[0] = (n + 127) << 23;
  return float[0]!;
}
