import { backend } from "./backend.ts";
import type { Backend, Compressed, Indices } from "./kernels.ts";
import type { Sparse } from "./sparse.ts";

// A pattern never changes, so its index structures are made once for each backend, when they are first needed, outside any scope. They live as long
// as the array of positions that they were made of: weights that share a pattern share them.

interface Structures {
  positions?: Indices;
  readonly compressed: Map<string, Compressed>;
}

const made = new WeakMap<Int32Array, WeakMap<Backend, Structures>>();

/** The positions as indices of the backend in use. */
export function positionsOf({ positions }: Sparse): Indices {
  const found = structuresOf(positions);
  found.positions ??= backend().uploadIndices(positions);
  return found.positions;
}

/** A weight `[…, inner]` row by row: for x·weightᵀ, and for tables whose rows are looked up. */
export function byRows(weight: Sparse): Compressed {
  const inner = weight.shape.at(-1)!;
  return structure(weight, `rows of ${inner}`, { columns: leading(weight), inner }, (at) => [
    Math.floor(at / inner),
    at % inner,
  ]);
}

/** A weight `[…, columns]` column by column: for x·weight, and for windows times a kernel. */
export function byColumns(weight: Sparse): Compressed {
  const columns = weight.shape.at(-1)!;
  return structure(weight, `columns of ${columns}`, { columns, inner: leading(weight) }, (at) => [
    at % columns,
    Math.floor(at / columns),
  ]);
}

/** A kernel `[width, channels, filters]` by its channels, turned round in time: for windows of dy, whose places are (width − 1 − w)·filters + f. */
export function byChannels(kernel: Sparse): Compressed {
  const [width, channels, filters] = kernel.shape as readonly [number, number, number];
  return structure(kernel, `channels of ${kernel.shape}`, { columns: channels, inner: width * filters }, (at) => {
    const [row, f] = [Math.floor(at / filters), at % filters];
    return [row % channels, (width - 1 - Math.floor(row / channels)) * filters + f];
  });
}

function leading({ shape }: Sparse): number {
  return shape.slice(0, -1).reduce((product, n) => product * n, 1);
}

function structuresOf(positions: Int32Array): Structures {
  const owner = backend();
  let byBackend = made.get(positions);
  if (byBackend === undefined) {
    byBackend = new WeakMap();
    made.set(positions, byBackend);
  }
  let found = byBackend.get(owner);
  if (found === undefined) {
    found = { compressed: new Map() };
    byBackend.set(owner, found);
  }
  return found;
}

function structure(
  { positions }: Sparse,
  key: string,
  size: { columns: number; inner: number },
  entryAt: (position: number) => readonly [column: number, place: number],
): Compressed {
  const { compressed } = structuresOf(positions);
  let found = compressed.get(key);
  if (found === undefined) {
    found = compress(positions, size, entryAt);
    compressed.set(key, found);
  }
  return found;
}

/** Sorts positions by their places, then by their columns: two counting sorts, each of which keeps what it finds equal in order. */
function compress(
  positions: Int32Array,
  { columns, inner }: { columns: number; inner: number },
  entryAt: (position: number) => readonly [column: number, place: number],
): Compressed {
  const [columnOf, placeOf] = [new Int32Array(positions.length), new Int32Array(positions.length)];
  for (const [i, at] of positions.entries()) [columnOf[i], placeOf[i]] = entryAt(at) as [number, number];
  const asTheyAre = Int32Array.from(positions.keys());
  const { order, starts } = countingSort(countingSort(asTheyAre, placeOf, inner).order, columnOf, columns);
  const owner = backend();
  return {
    starts: owner.uploadIndices(starts),
    places: owner.uploadIndices(order.map((i) => placeOf[i]!)),
    order: order.every((from, i) => from === i) ? undefined : owner.uploadIndices(order),
    columns,
    inner,
  };
}

/** `order` by ascending `key`, and where each key begins. */
function countingSort(order: Int32Array, key: Int32Array, keys: number): { order: Int32Array; starts: Int32Array } {
  const starts = new Int32Array(keys + 1);
  for (const k of key) starts[k + 1]!++;
  for (let k = 0; k < keys; k++) starts[k + 1]! += starts[k]!;
  const next = starts.slice();
  const sorted = new Int32Array(order.length);
  for (const i of order) sorted[next[key[i]!]!++] = i;
  return { order: sorted, starts };
}
