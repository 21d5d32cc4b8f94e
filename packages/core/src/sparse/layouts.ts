import { backend } from "../backends/backend.ts";
import type { Csc } from "../kernels/kernels.ts";

/** Of a stored element, by its row-major position. */
export interface EntryAt {
  /** The column that it adds to. */
  readonly column: (position: number) => number;
  /** The place of its term in that column's sum. */
  readonly place: (position: number) => number;
}

/**
 * The positions of a pattern in compressed columns, in the memory of the backend in use, which nobody gives back until
 * `releaseLayout`: sorted by their columns, and within one by their places. Counting sorts, which are stable.
 */
export function layoutOf(
  positions: Int32Array,
  { columns, inner }: { columns: number; inner: number },
  { column, place }: EntryAt,
): Csc {
  const columnOf = positions.map(column);
  const placeOf = positions.map(place);
  const byPlace = ascendsInEach(columnOf, placeOf, columns) ? undefined : countingSort(undefined, placeOf, inner);
  const { permutation, indptr } = countingSort(byPlace?.permutation, columnOf, columns);
  const owner = backend();
  return {
    indptr: owner.uploadIndices(indptr),
    indices: owner.uploadIndices(permutation.map((i) => placeOf[i]!)),
    permutation: permutation.every((from, i) => from === i) ? undefined : owner.uploadIndices(permutation),
    columns,
    inner,
  };
}

/** The layout of a matrix row by row, whose entries stand as they are: a row is a column of what kernels read, and its length their `inner`. */
export function layoutOfRows(positions: Int32Array, { columns, inner }: { columns: number; inner: number }): Csc {
  const indptr = new Int32Array(columns + 1);
  const indices = new Int32Array(positions.length);
  let row = 0;
  for (let i = 0; i < positions.length; i++) {
    while (positions[i]! >= (row + 1) * inner) indptr[++row] = i;
    indices[i] = positions[i]! - row * inner;
  }
  indptr.fill(positions.length, row + 1);
  const owner = backend();
  return {
    indptr: owner.uploadIndices(indptr),
    indices: owner.uploadIndices(indices),
    permutation: undefined,
    columns,
    inner,
  };
}

/** Whether the places of every column ascend as they are: they need not be sorted. */
function ascendsInEach(columnOf: Int32Array, placeOf: Int32Array, columns: number): boolean {
  const last = new Int32Array(columns).fill(-1);
  for (let i = 0; i < columnOf.length; i++) {
    const [column, place] = [columnOf[i]!, placeOf[i]!];
    if (place <= last[column]!) return false;
    last[column] = place;
  }
  return true;
}

/** Gives its memory back to the backend in use, on which it was made. */
export function releaseLayout({ indptr, indices, permutation }: Csc): void {
  const owner = backend();
  for (const part of [indptr, indices, permutation]) if (part !== undefined) owner.releaseIndices(part);
}

/** What `from` lists, by default all keys in turn, by ascending key, and where each key begins. */
function countingSort(
  from: Int32Array | undefined,
  key: Int32Array,
  keys: number,
): { permutation: Int32Array; indptr: Int32Array } {
  const indptr = new Int32Array(keys + 1);
  for (let i = 0; i < key.length; i++) indptr[key[i]! + 1]!++;
  for (let k = 0; k < keys; k++) indptr[k + 1]! += indptr[k]!;
  const next = indptr.slice();
  const permutation = new Int32Array(key.length);
  for (let i = 0; i < key.length; i++) {
    const at = from === undefined ? i : from[i]!;
    permutation[next[key[at]!]!++] = at;
  }
  return { permutation, indptr };
}
