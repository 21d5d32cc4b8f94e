import type { Indices, Storage } from "./storage.ts";
import type { WeightStorage } from "./weight-storage.ts";

/** A walk over `shape` inside a larger or smaller array: element `i` is at `offset + Σ iₐ·stridesₐ`. */
export interface StridedView {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
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
  /** values[i] = x[positions[i]]; positions ascend. Optional: without it rows of one element are gathered. */
  compress?(x: Storage, positions: Indices, values: Storage): void;
}
