import type { Indices, Storage } from "./storage.ts";

/**
 * The stored weights of a matrix in compressed columns, by the column of the result that each adds to. Column j has the
 * entries indptr[j] … indptr[j+1] − 1. Entry e is the weight values[permutation[e]], the factor of the term indices[e]
 * of the sum. Indices ascend within a column. Without `permutation` entry e is values[e].
 */
export interface Csc {
  /** `[columns + 1]` */
  readonly indptr: Indices;
  /** `[nnz]` */
  readonly indices: Indices;
  /** `[nnz]` */
  readonly permutation: Indices | undefined;
  /** How many columns the result has. */
  readonly columns: number;
  /** Every index is below. */
  readonly inner: number;
}

/**
 * Which elements of a tensor are stored, in the orders in which kernels read them. A layout is made when it is first
 * asked for, on the backend in use.
 */
export interface PatternLayouts {
  readonly shape: readonly number[];
  /** Of the whole shape. */
  readonly size: number;
  /** Row-major, ascending. */
  readonly positions: Int32Array;
  positionIndices(): Indices;
  /** Columns are the rows of `[…, inner]`. */
  byRows(): Csc;
  /** Columns are those of `[…, columns]`. */
  byColumns(): Csc;
  /** Of a kernel `[width,channels,filters]`: columns are channels, indices (width − 1 − w)·filters + f. */
  byChannels(): Csc;
}

/** A weight of which only a part is stored. */
export interface StoredWeight {
  /** One for each position of the pattern, in their order. */
  readonly values: Storage;
  readonly pattern: PatternLayouts;
  /** All elements, 0 where nothing is stored: made when first asked for, and kept as long as the operation's results. */
  whole(): Storage;
}

/**
 * A weight: all of its elements, or those that are stored. Elements that are not stored are not read; in a result they
 * are not computed, and only `values` is overwritten.
 *
 * Every sum has the order of its dense counterpart and lacks only terms that are ±0 there, so it has the same bits. The
 * exception: where an operand is infinite or NaN, an element that is not stored may add nothing instead of NaN. Whether
 * a kernel skips what is not stored or writes it out as zeros is the backend's choice.
 */
export type WeightStorage = Storage | StoredWeight;

/** Rows of a table of which a part is stored: row i is the row ids[i] of `table`. */
export interface PackedRows {
  readonly table: StoredWeight;
  readonly ids: Indices;
}

/**
 * Rows of a table: row r is its elements from r·dim on, or, where a part is stored, the entries of column r of
 * `pattern.byRows()`.
 */
export interface TableRows {
  readonly dim: number;
  readonly pattern?: PatternLayouts | undefined;
}
