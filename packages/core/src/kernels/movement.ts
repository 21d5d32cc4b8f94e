import type { Indices, Storage } from "./storage.ts";
import type { WeightStorage } from "./weight-storage.ts";

/** A walk over `shape` inside a larger or smaller array: element `i` is at `offset + Σ iₐ·stridesₐ`. */
export interface StridedView {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/**
 * Windows `[kernelHeight,kernelWidth]` of the images `x[batch,channels,height,width]`, padded with zeros:
 * `[rows,columns]` of them in each image.
 */
export interface UnfoldSize {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly paddingY: number;
  readonly paddingX: number;
  readonly rows: number;
  readonly columns: number;
}

/** Kernels that copy elements to other places, and their transposes, which add up what was copied. */
export interface MovementKernels {
  /** out[i] = value */
  fill(value: number, out: Storage): void;
  /** out[i] = a[walk(i)] */
  stridedCopy(a: Storage, out: Storage, walk: StridedView): void;
  /** out = 0, then out[walk(i)] = a[i] */
  stridedScatter(a: Storage, out: Storage, walk: StridedView): void;
  /** out[o, offsetₚ + j, i] = partsₚ[o,j,i], the parts in order along the axis; `axes` holds each part's size there */
  concat(
    parts: readonly Storage[],
    out: Storage,
    size: { outer: number; axes: readonly number[]; inner: number },
  ): void;

  /** windows[b,i,j,c,u,v] = x[b, c, i·strideY + u − paddingY, j·strideX + v − paddingX], 0 outside the image */
  unfold(x: Storage, windows: Storage, size: UnfoldSize): void;
  /** x[b,c,p,q] = the sum of the elements of windows that `unfold` copies it to, added in the order of i, j, from 0 */
  fold(windows: Storage, x: Storage, size: UnfoldSize): void;

  /** out[i,d] = table[ids[i],d] */
  gatherRows(table: WeightStorage, ids: Indices, out: Storage, size: { dim: number }): void;
  /** out = 0, then out[ids[i],d] += rows[i,d] in the order of i, but for rows whose id is `except` */
  scatterRows(
    rows: Storage,
    ids: Indices,
    out: WeightStorage,
    size: { dim: number; except?: number | undefined },
  ): void;

  /** out = 0, then out[positions[i]] = values[i]; positions ascend. Optional: without it rows of one element are scattered. */
  expand?(values: Storage, positions: Indices, out: Storage): void;
}
