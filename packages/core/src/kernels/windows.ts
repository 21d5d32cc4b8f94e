import type { Indices, Storage } from "./storage.ts";
import type { PackedRows, WeightStorage } from "./weight-storage.ts";

/**
 * `places[batch,time]` into `rows[rows,channels]`; for each of `widths` a kernel[width,channels,filters]. Results of all
 * filters are side by side, `[batch,all]`, width after width.
 */
export interface WindowSize {
  readonly rows: number;
  readonly batch: number;
  readonly time: number;
  readonly channels: number;
  readonly widths: readonly { readonly width: number; readonly filters: number }[];
}

/** The text convolution: embedding, convolution over time and maximum over time in one. */
export interface WindowKernels {
  /**
   * The largest value of every filter over the windows of a text whose word at t is the row places[b,t]: over the
   * windows among its first ends[b] words, or the first window if there is none. Rows are projected before they are
   * placed, p[r,w,f] = Σ_c rows[r,c] · kernel[w,c,f], added in the order of c, from 0; then
   *
   *     y[b,f] = max over t of Σ_w p[places[b,t+w],w,f], added in the order of w        → argmax[b,f] = the first such t
   *
   * NaN is larger than all.
   *
   * @param packed - The rows again, as they are stored, if they are of a table of which a part is.
   */
  maxOfWindows(
    rows: Storage,
    packed: PackedRows | undefined,
    kernels: readonly WeightStorage[],
    places: Indices,
    ends: Indices,
    y: Storage,
    argmax: Indices,
    size: WindowSize,
  ): void;
  /**
   * drows = 0, then drows[places[b,argmax[b,f]+w],c] += dy[b,f] · kernel[w,c,f], kernel after kernel, in the order of b,
   * f, w; a dy of 0 adds nothing
   */
  maxOfWindowsRows(
    dy: Storage,
    argmax: Indices,
    kernels: readonly WeightStorage[],
    places: Indices,
    drows: Storage,
    size: WindowSize,
  ): void;
  /**
   * dkernel = 0, then dkernel[w,c,f] += rows[places[b,argmax[b,f]+w],c] · dy[b,f], in the order of b; a dy of 0 adds
   * nothing. A dkernel that nobody asks for is undefined.
   */
  maxOfWindowsKernels(
    dy: Storage,
    argmax: Indices,
    rows: Storage,
    places: Indices,
    dkernels: readonly (WeightStorage | undefined)[],
    size: WindowSize,
  ): void;
}
