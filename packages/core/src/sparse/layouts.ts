import { backend } from "../backends/backend.ts";
import type { Csc } from "../kernels/kernels.ts";

/** Of a stored element, by its row-major position: the column that it adds to, and the place of its term in that column's sum. */
export type EntryAt = (position: number) => readonly [column: number, place: number];

/**
 * The positions of a pattern in compressed columns, in the memory of the backend in use, which nobody gives back until
 * `releaseLayout`: sorted by their columns, and within one by their places. Two counting sorts, both stable.
 */
export function layoutOf(
  positions: Int32Array,
  { columns, inner }: { columns: number; inner: number },
  entryAt: EntryAt,
): Csc {
  const [columnOf, placeOf] = [new Int32Array(positions.length), new Int32Array(positions.length)];
  for (const [i, at] of positions.entries()) [columnOf[i], placeOf[i]] = entryAt(at) as [number, number];
  const identity = Int32Array.from(positions.keys());
  const byPlace = countingSort(identity, placeOf, inner).permutation;
  const { permutation, indptr } = countingSort(byPlace, columnOf, columns);
  const owner = backend();
  return {
    indptr: owner.uploadIndices(indptr),
    indices: owner.uploadIndices(permutation.map((i) => placeOf[i]!)),
    permutation: permutation.every((from, i) => from === i) ? undefined : owner.uploadIndices(permutation),
    columns,
    inner,
  };
}

/** Gives its memory back to the backend in use, on which it was made. */
export function releaseLayout({ indptr, indices, permutation }: Csc): void {
  const owner = backend();
  for (const part of [indptr, indices, permutation]) if (part !== undefined) owner.releaseIndices(part);
}

/** `permutation` by ascending `key`, and where each key begins. */
function countingSort(
  from: Int32Array,
  key: Int32Array,
  keys: number,
): { permutation: Int32Array; indptr: Int32Array } {
  const indptr = new Int32Array(keys + 1);
  for (const k of key) indptr[k + 1]!++;
  for (let k = 0; k < keys; k++) indptr[k + 1]! += indptr[k]!;
  const next = indptr.slice();
  const permutation = new Int32Array(from.length);
  for (const i of from) permutation[next[key[i]!]!++] = i;
  return { permutation, indptr };
}
