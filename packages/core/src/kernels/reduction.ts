import type { Indices, Storage } from "./storage.ts";

/** A shape seen as `[outer, axis, inner]`: what a reduction over one axis needs to know. */
export interface AxisView {
  readonly outer: number;
  readonly axis: number;
  readonly inner: number;
}

/** Kernels along one axis. */
export interface ReductionKernels {
  /**
   * out[o,i] = Σ_a x[o,a,i], in an order that depends on the number n of terms alone:
   *
   *     n ≤ 8192     lane l = 0 … 7 adds the terms a ≡ l (mod 8) in their order, from 0;
   *                  then the lanes are added: l += l + 4, l += l + 2, l += l + 1
   *     n > 8192     the sum of the first 8192·2ᵏ terms, the most that are fewer than n, plus the sum of the others
   *
   * No chain of roundings is therefore longer than 1024 + log₂ n; one chain over more than 2²⁴ ones would stay at 2²⁴.
   * Products add along k in one chain: k is the size of a layer. So does `scatterRows`, over the places of one id in a
   * batch.
   */
  sum(x: Storage, out: Storage, size: AxisView): void;
  /** out[o,a,i] = Σ_{j ≤ a} x[o,j,i], one after another from the first; reversed, Σ_{j ≥ a}, from the last */
  cumsum(x: Storage, out: Storage, size: AxisView & { readonly reverse: boolean }): void;
  /** argmax[o,i] = the first a < lengths[o] with the largest x[o,a,i] (NaN is larger than all), out[o,i] = that value */
  max(x: Storage, lengths: Indices | undefined, out: Storage, argmax: Indices, size: AxisView): void;
  /** dx = 0, then dx[o, argmax[o,i], i] = dy[o,i] */
  scatterArgmax(dy: Storage, argmax: Indices, dx: Storage, size: AxisView): void;
  /** y[o,i] = x[o, argmax[o,i], i] */
  gatherArgmax(x: Storage, argmax: Indices, y: Storage, size: AxisView): void;
}
