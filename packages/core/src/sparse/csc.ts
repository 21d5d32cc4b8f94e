import { backend } from "../backends/backend.ts";
import type { Backend, Csc, Indices } from "../kernels/kernels.ts";
import type { Pattern } from "./pattern.ts";
import type { Sparse } from "./sparse.ts";

// A pattern never changes, so its index structures are made once for each backend, when they are first needed, outside any scope. They live as long
// as the pattern: weights that share it share them, and when it is garbage, so are they, and a backend takes their memory back.

/** By what entries are sorted. */
type Order = "rows" | "columns" | "channels";

interface Structures {
  positions?: Indices;
  readonly compressed: Map<Order, Csc>;
}

const made = new WeakMap<Pattern, WeakMap<Backend, Structures>>();

/** The positions as indices of the backend in use. */
export function positionsOf({ pattern }: Sparse): Indices {
  const found = structuresOf(pattern);
  found.positions ??= backend().uploadIndices(pattern.positions);
  return found.positions;
}

/** A weight `[…, inner]` row by row: for x·weightᵀ, and for tables whose rows are looked up. */
export function byRows(weight: Sparse): Csc {
  const inner = weight.shape.at(-1)!;
  return structure(weight, "rows", { columns: leading(weight), inner }, (at) => [Math.floor(at / inner), at % inner]);
}

/** A weight `[…, columns]` column by column: for x·weight, and for windows times a kernel. */
export function byColumns(weight: Sparse): Csc {
  const columns = weight.shape.at(-1)!;
  return structure(weight, "columns", { columns, inner: leading(weight) }, (at) => [
    at % columns,
    Math.floor(at / columns),
  ]);
}

/** A kernel `[width, channels, filters]` by its channels, turned round in time: for windows of dy, whose places are (width − 1 − w)·filters + f. */
export function byChannels(kernel: Sparse): Csc {
  const [width, channels, filters] = kernel.shape as readonly [number, number, number];
  return structure(kernel, "channels", { columns: channels, inner: width * filters }, (at) => {
    const [row, f] = [Math.floor(at / filters), at % filters];
    return [row % channels, (width - 1 - Math.floor(row / channels)) * filters + f];
  });
}

function leading({ shape }: Sparse): number {
  return shape.slice(0, -1).reduce((product, n) => product * n, 1);
}

function structuresOf(pattern: Pattern): Structures {
  const owner = backend();
  let byBackend = made.get(pattern);
  if (byBackend === undefined) {
    byBackend = new WeakMap();
    made.set(pattern, byBackend);
  }
  let found = byBackend.get(owner);
  if (found === undefined) {
    found = { compressed: new Map() };
    byBackend.set(owner, found);
  }
  return found;
}

function structure(
  { pattern }: Sparse,
  order: Order,
  size: { columns: number; inner: number },
  entryAt: (position: number) => readonly [column: number, place: number],
): Csc {
  const { compressed } = structuresOf(pattern);
  let found = compressed.get(order);
  if (found === undefined) {
    found = compress(pattern.positions, size, entryAt);
    compressed.set(order, found);
  }
  return found;
}

/** Sorts positions by their places, then by their columns: two counting sorts, each of which keeps what it finds equal in order. */
function compress(
  positions: Int32Array,
  { columns, inner }: { columns: number; inner: number },
  entryAt: (position: number) => readonly [column: number, place: number],
): Csc {
  const [columnOf, placeOf] = [new Int32Array(positions.length), new Int32Array(positions.length)];
  for (const [i, at] of positions.entries()) [columnOf[i], placeOf[i]] = entryAt(at) as [number, number];
  const asTheyAre = Int32Array.from(positions.keys());
  const { order, starts } = countingSort(countingSort(asTheyAre, placeOf, inner).order, columnOf, columns);
  const owner = backend();
  return {
    indptr: owner.uploadIndices(starts),
    indices: owner.uploadIndices(order.map((i) => placeOf[i]!)),
    permutation: order.every((from, i) => from === i) ? undefined : owner.uploadIndices(order),
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
