import type { AdamStep, Kernels, LstmSize, PackedRows, StoredWeight, WindowSize } from "../../kernels/kernels.ts";
import { isStored } from "../../kernels/stored-weight.ts";
import { lstm, lstmGates } from "./lstm.ts";
import { gatherRows, scatterRows } from "./movement.ts";
import { conv1d, conv1dInput, conv1dKernel, matmul } from "./product.ts";
import { sparseConv1d, sparseConv1dInput, sparseProduct } from "./sparse-product.ts";
import { adam, adamRows } from "./updates.ts";
import { weightGradient } from "./weight-gradient.ts";
import { maxOfWindows, maxOfWindowsKernels, maxOfWindowsRows } from "./windows.ts";

// Products skip what is not stored. Everything else writes the weight out, and keeps of the whole gradient what is at its positions.

type Weight = Float32Array | StoredWeight;

/** All elements of a weight. */
function whole(weight: Weight): Float32Array {
  if (!isStored(weight)) return weight;
  return spread(weight, sizeOf(weight), (position) => position);
}

/** Runs `body` with room for all elements of a result, and keeps those that are stored. */
function into(result: Weight, body: (all: Float32Array) => void): void {
  if (!isStored(result)) {
    body(result);
    return;
  }
  const all = new Float32Array(sizeOf(result));
  body(all);
  collect(result, all, (position) => position);
}

function sizeOf({ pattern: { shape } }: StoredWeight): number {
  return shape.reduce((size, n) => size * n, 1);
}

function spread({ values, pattern }: StoredWeight, size: number, at: (position: number) => number): Float32Array {
  const out = new Float32Array(size);
  for (const [i, position] of pattern.positions.entries()) out[at(position)] = (values as Float32Array)[i]!;
  return out;
}

function collect({ values, pattern }: StoredWeight, all: Float32Array, at: (position: number) => number): void {
  for (const [i, position] of pattern.positions.entries()) (values as Float32Array)[i] = all[at(position)]!;
}

/** Where an element of a block-diagonal weight `[groups·outputs, groups·inputs]` is in `[groups·outputs, inputs]`. */
const inBlock = (groups: number, inputs: number) => (position: number) =>
  Math.floor(position / (groups * inputs)) * inputs + (position % inputs);

function recurrentOf(weight: Weight, { hidden, directions }: LstmSize): Float32Array {
  if (!isStored(weight)) return weight;
  return spread(weight, directions * 4 * hidden * hidden, inBlock(directions, hidden));
}

/** Filters of which nothing is stored are not computed: y and argmax are 0. */
function clearEmptyFilters(
  kernels: readonly Weight[],
  y: Float32Array,
  argmax: Int32Array,
  { batch, widths }: WindowSize,
): void {
  const columns = y.length / batch;
  let first = 0;
  for (const [g, kernel] of kernels.entries()) {
    const { filters } = widths[g]!;
    const present = isStored(kernel) && new Set(kernel.pattern.positions.map((position) => position % filters));
    for (let f = 0; f < filters; f++) {
      if (present === false || present.has(f)) continue;
      for (let b = 0; b < batch; b++) [y[b * columns + first + f], argmax[b * columns + first + f]] = [0, 0];
    }
    first += filters;
  }
}

/** The kernels that take weights, of whichever kind. */
export const stored: Pick<
  Kernels,
  | "matmul"
  | "conv1d"
  | "conv1dInput"
  | "conv1dKernel"
  | "weightGradient"
  | "gatherRows"
  | "scatterRows"
  | "adamRows"
  | "maxOfWindows"
  | "maxOfWindowsRows"
  | "maxOfWindowsKernels"
  | "lstm"
  | "lstmGates"
> = {
  matmul: (a: Float32Array, b: Weight, out: Weight, size) => {
    if (!isStored(b)) return into(out, (y) => matmul(a, b, y, size));
    const layout = size.transposeB ? b.pattern.byRows() : b.pattern.byColumns();
    const rows = { batch: 1, rows: size.m, step: size.k, stride: 0 };
    sparseProduct(a, b.values as Float32Array, layout, out as Float32Array, rows);
  },
  conv1d: (x: Float32Array, kernel: Weight, y: Float32Array, size) =>
    isStored(kernel) ? sparseConv1d(x, kernel, y, size) : conv1d(x, kernel, y, size),
  conv1dInput: (dy: Float32Array, kernel: Weight, dx: Float32Array, size) =>
    isStored(kernel) ? sparseConv1dInput(dy, kernel, dx, size) : conv1dInput(dy, kernel, dx, size),
  conv1dKernel: (x: Float32Array, dy: Float32Array, dkernel: Weight, size) =>
    into(dkernel, (all) => conv1dKernel(x, dy, all, size)),

  weightGradient: (x: Float32Array, dy: Float32Array, dweight: Weight, size) => {
    if (!isStored(dweight)) return weightGradient(x, dy, dweight, size);
    const { groups, outputs, inputs } = size;
    const all = new Float32Array(groups * outputs * inputs);
    weightGradient(x, dy, all, size);
    collect(dweight, all, inBlock(groups, inputs));
  },

  gatherRows: (table: Weight, ids: Int32Array, out: Float32Array, size) => gatherRows(whole(table), ids, out, size),
  scatterRows: (rows: Float32Array, ids: Int32Array, out: Weight, size) =>
    into(out, (table) => scatterRows(rows, ids, table, size)),
  adamRows: (
    rows: Float32Array,
    ids: Int32Array,
    m: Float32Array,
    v: Float32Array,
    weights: Weight,
    step: AdamStep & { dim: number; except?: number | undefined },
  ) => {
    if (!isStored(weights)) return adamRows(rows, ids, m, v, weights, step);
    const values = weights.values as Float32Array;
    const gradient = { ...weights, values: new Float32Array(values.length) };
    into(gradient, (table) => scatterRows(rows, ids, table, step));
    adam(gradient.values, m, v, values, step);
  },

  maxOfWindows: (
    rows: Float32Array,
    packed: PackedRows | undefined,
    kernels: readonly Weight[],
    places: Int32Array,
    ends: Int32Array,
    y: Float32Array,
    argmax: Int32Array,
    size: WindowSize,
  ) => {
    maxOfWindows(rows, kernels.map(whole), places, ends, y, argmax, size);
    if (packed !== undefined) clearEmptyFilters(kernels, y, argmax, size);
  },
  maxOfWindowsRows: (
    dy: Float32Array,
    argmax: Int32Array,
    kernels: readonly Weight[],
    places: Int32Array,
    drows: Float32Array,
    size: WindowSize,
  ) => {
    const stored = kernels.map((kernel) => isStored(kernel) && new Set(kernel.pattern.positions));
    const has = (g: number, i: number) => stored[g] === false || stored[g]!.has(i);
    maxOfWindowsRows(dy, argmax, kernels.map(whole), places, drows, size, has);
  },
  maxOfWindowsKernels: (
    dy: Float32Array,
    argmax: Int32Array,
    rows: Float32Array,
    places: Int32Array,
    dkernels: readonly (Weight | undefined)[],
    size: WindowSize,
  ) => {
    const all = dkernels.map((dkernel) =>
      dkernel !== undefined && isStored(dkernel) ? new Float32Array(sizeOf(dkernel)) : dkernel,
    );
    maxOfWindowsKernels(dy, argmax, rows, places, all, size);
    for (const [g, dkernel] of dkernels.entries()) {
      if (dkernel !== undefined && isStored(dkernel)) collect(dkernel, all[g]!, (position) => position);
    }
  },

  lstm: (
    projected: Float32Array,
    places: Int32Array | undefined,
    bias: Float32Array,
    recurrent: Weight,
    starts: Int32Array,
    gates: Float32Array | undefined,
    cells: Float32Array | undefined,
    states: Float32Array,
    size: LstmSize,
  ) => lstm(projected, places, bias, recurrentOf(recurrent, size), starts, gates, cells, states, size),
  lstmGates: (
    dstates: Float32Array,
    gates: Float32Array,
    cells: Float32Array,
    recurrent: Weight,
    starts: Int32Array,
    dgates: Float32Array,
    size: LstmSize,
  ) => lstmGates(dstates, gates, cells, recurrentOf(recurrent, size), starts, dgates, size),
};
