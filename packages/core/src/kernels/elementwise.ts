import type { Storage } from "./storage.ts";

/** A walk over `shape` that reads operands `a` and `b` by their strides (0 where broadcast), in elements. */
export interface StridedPair {
  readonly shape: readonly number[];
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/** Kernels that compute each element of the result from one element of every operand. */
export interface ElementwiseKernels {
  /** out = a + b */
  add(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;
  /** out = a − b */
  sub(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;
  /** out = a · b */
  mul(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;
  /** out = a / b */
  div(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;

  /** out = the larger; NaN if one is; +0 of ±0 */
  maximum(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;
  /** out = the smaller; NaN if one is; −0 of ±0 */
  minimum(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;
  /** out = 1 where a = b, else 0 */
  equal(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;
  /** out = 1 where a < b, else 0 */
  less(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;
  /** out = 1 where a ≤ b, else 0 */
  lessEqual(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;
  /** out = b where a ≠ 0, else −0, which added to anything leaves it as it is */
  select(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;
  /** out = 0 where b ≤ 0, else a, which may be infinite: the gradient of relu, of those of its results, `a`, and these, `b` */
  reluGradient(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;
  /**
   * out = 1 where b = 0 or a = 1. Else, with p = e^(b · ln |a|), flushed (1 where |a| = 1): −p where the sign of a is
   * minus and b an odd integer, NaN where −∞ < a < 0 and b is no integer, else p
   */
  pow(a: Storage, b: Storage, out: Storage, walk: StridedPair): void;

  /** out = eˣ, flushed */
  exp(x: Storage, out: Storage): void;
  /** out = ln x */
  log(x: Storage, out: Storage): void;
  /** out = ln (1 + x), with all digits where x is small */
  log1p(x: Storage, out: Storage): void;
  /** out = √x */
  sqrt(x: Storage, out: Storage): void;
  /** out = |x| */
  abs(x: Storage, out: Storage): void;
  /** out = −1, 0 or 1 */
  sign(x: Storage, out: Storage): void;
  /** out = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ) */
  tanh(x: Storage, out: Storage): void;
  /** out = 1 / (1 + e⁻ˣ), flushed */
  sigmoid(x: Storage, out: Storage): void;
  /** out = max(x, 0); NaN stays NaN */
  relu(x: Storage, out: Storage): void;

  /** out[i] = 0 where word i of the stream `key` (see `Rng.uint32`) is below p·2³², else 1/(1−p) */
  dropoutMask(key: RngKey, out: Storage, size: { p: number }): void;
}

/** Two 32-bit words that determine all numbers of a random stream, for kernels that draw their own. */
export type RngKey = readonly [number, number];
