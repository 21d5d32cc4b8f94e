import type {
  AdamStep,
  Csc,
  LstmSize,
  PackedRows,
  SparseSize,
  StoredKernel,
  WindowKernel,
  WindowSize,
} from "../../kernels/kernels.ts";
import { lstm as denseLstm, lstmGates as denseLstmGates } from "./lstm.ts";
import { adam } from "./updates.ts";
import { joined, SUMS } from "./weight-gradient.ts";
import { maxOfWindows as denseMaxOfWindows, eachWord } from "./windows.ts";

const f = Math.fround;

/** `Csc`, as it lies in this backend's memory. */
interface Arrays {
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly permutation: Int32Array | undefined;
  readonly columns: number;
  readonly inner: number;
}

/** y[b,i,j] = Σ x[b·stride + i·step + places[e]] · values[order[e]] over the entries e of column j */
export function product(x: Float32Array, values: Float32Array, weight: Csc, y: Float32Array, size: SparseSize): void {
  const { columns } = weight;
  eachResult(weight as Arrays, size, (from, at) => {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      eachEntry(weight as Arrays, j, (place, i) => {
        sum = f(sum + f(x[from + place]! * values[i]!));
      });
      y[at + j] = sum;
    }
  });
}

/** dvalues[order[e]] = Σ x[b·stride + i·step + places[e]] · dy[b,i,j] */
export function productValues(
  x: Float32Array,
  dy: Float32Array,
  weight: Csc,
  dvalues: Float32Array,
  size: SparseSize,
): void {
  dvalues.fill(0);
  eachResult(weight as Arrays, size, (from, at) => {
    for (let j = 0; j < weight.columns; j++) {
      eachEntry(weight as Arrays, j, (place, i) => {
        dvalues[i]! += f(x[from + place]! * dy[at + j]!);
      });
    }
  });
}

/** dvalues[order[e]] = Σ_n x[n,places[e]] · dy[n,j], in four sums */
export function weightGradient(
  x: Float32Array,
  dy: Float32Array,
  weight: Csc,
  dvalues: Float32Array,
  rows: number,
): void {
  const { columns, inner } = weight;
  const sums = new Float32Array(SUMS);
  for (let j = 0; j < columns; j++) {
    eachEntry(weight as Arrays, j, (place, i) => {
      sums.fill(0);
      for (let n = 0; n < rows; n++) sums[n % SUMS]! += f(x[n * inner + place]! * dy[n * columns + j]!);
      dvalues[i] = joined(sums);
    });
  }
}

/** out = 0, then out[i, places[e]] = values[e] for the entries e of column ids[i] */
export function gatherRows({ values, table, ids }: PackedRows, out: Float32Array): void {
  const numbers = values as Float32Array;
  out.fill(0);
  (ids as Int32Array).forEach((id, row) => {
    eachEntry(table as Arrays, id, (place, i) => {
      out[row * table.inner + place] = numbers[i]!;
    });
  });
}

/** dvalues = 0, then dvalues[e] += drows[i, places[e]] for the entries e of column ids[i] */
export function scatterRows(
  drows: Float32Array,
  table: Csc,
  ids: Int32Array,
  dvalues: Float32Array,
  except: number | undefined,
): void {
  dvalues.fill(0);
  ids.forEach((id, row) => {
    if (id === except) return;
    eachEntry(table as Arrays, id, (place, i) => {
      dvalues[i]! += drows[row * table.inner + place]!;
    });
  });
}

export function adamRows(
  drows: Float32Array,
  table: Csc,
  ids: Int32Array,
  m: Float32Array,
  v: Float32Array,
  values: Float32Array,
  step: AdamStep & { except?: number | undefined },
): void {
  const gradient = new Float32Array(values.length);
  scatterRows(drows, table, ids, gradient, step.except);
  adam(gradient, m, v, values, step);
}

/** The reference has no use for rows as they are stored. */
export function maxOfWindows(
  rows: Float32Array,
  _packed: PackedRows,
  kernels: readonly WindowKernel[],
  places: Int32Array,
  ends: Int32Array,
  y: Float32Array,
  argmax: Int32Array,
  size: WindowSize,
): void {
  const whole = kernels.map((kernel) => kernel.whole() as Float32Array);
  denseMaxOfWindows(rows, whole, places, ends, y, argmax, size);
  // filters of which nothing is stored are not computed
  for (let g = 0, first = 0; g < kernels.length; first += size.widths[g++]!.filters) {
    const starts = kernels[g]!.stored?.entries.indptr as Int32Array | undefined;
    for (let f = 0; starts !== undefined && f < size.widths[g]!.filters; f++) {
      if (starts[f] !== starts[f + 1]) continue;
      for (let at = first + f; at < y.length; at += y.length / size.batch) [y[at], argmax[at]] = [0, 0];
    }
  }
}

/** drows = 0, then drows[places[b,argmax[b,f]+w],c] += dy[b,f] · kernel[w,c,f], of what is stored */
export function maxOfWindowsRows(
  dy: Float32Array,
  argmax: Int32Array,
  kernels: readonly WindowKernel[],
  places: Int32Array,
  drows: Float32Array,
  size: WindowSize,
): void {
  const { channels } = size;
  drows.fill(0);
  eachWord(dy, argmax, places, size, (d, row, w, filter, g) => {
    const { stored, whole } = kernels[g]!;
    const values = (stored?.values ?? whole()) as Float32Array;
    eachTap(stored, size, g, w, filter, (c, i) => {
      drows[row * channels + c]! += f(d * values[i]!);
    });
  });
}

/** gradient = 0, then += rows[places[b,argmax[b,f]+w],c] · dy[b,f] for what is stored */
export function maxOfWindowsKernels(
  dy: Float32Array,
  argmax: Int32Array,
  rows: Float32Array,
  stored: readonly (StoredKernel | undefined)[],
  places: Int32Array,
  gradients: readonly (Float32Array | undefined)[],
  size: WindowSize,
): void {
  const { channels } = size;
  for (const gradient of gradients) gradient?.fill(0);
  eachWord(dy, argmax, places, size, (d, row, w, filter, g) => {
    const gradient = gradients[g];
    if (gradient === undefined) return;
    eachTap(stored[g], size, g, w, filter, (c, i) => {
      gradient[i]! += f(rows[row * channels + c]! * d);
    });
  });
}

/** What a filter has for word `w` of a window, all channels or those that are stored; its value is number `i`, of the kernel or of what is stored of it. */
function eachTap(
  stored: StoredKernel | undefined,
  { channels, widths }: WindowSize,
  g: number,
  w: number,
  filter: number,
  visit: (c: number, i: number) => void,
): void {
  if (stored === undefined) {
    for (let c = 0; c < channels; c++) visit(c, (w * channels + c) * widths[g]!.filters + filter);
    return;
  }
  eachEntry(stored.entries as Arrays, filter, (place, i) => {
    if (Math.floor(place / channels) === w) visit(place % channels, i);
  });
}

/** `lstm` with the recurrent weight written out. */
export function lstm(
  projected: Float32Array,
  places: Int32Array | undefined,
  bias: Float32Array,
  values: Float32Array,
  recurrent: Csc,
  starts: Int32Array,
  gates: Float32Array | undefined,
  cells: Float32Array | undefined,
  states: Float32Array,
  size: LstmSize,
): void {
  const { hidden } = size;
  const written = new Float32Array(recurrent.columns * hidden);
  for (let row = 0; row < recurrent.columns; row++) {
    eachEntry(recurrent as Arrays, row, (place, i) => {
      written[row * hidden + (place % hidden)] = values[i]!;
    });
  }
  denseLstm(projected, places, bias, written, starts, gates, cells, states, size);
}

/** `lstmGates` likewise. */
export function lstmGates(
  dstates: Float32Array,
  gates: Float32Array,
  cells: Float32Array,
  values: Float32Array,
  recurrent: Csc,
  starts: Int32Array,
  dgates: Float32Array,
  size: LstmSize,
): void {
  const { hidden } = size;
  const written = new Float32Array(recurrent.inner * hidden);
  for (let unit = 0; unit < recurrent.columns; unit++) {
    eachEntry(recurrent as Arrays, unit, (row, i) => {
      written[row * hidden + (unit % hidden)] = values[i]!;
    });
  }
  denseLstmGates(dstates, gates, cells, written, starts, dgates, size);
}

/** Where the terms of each result begin, and where its columns go, in order. */
function eachResult(
  { columns }: Arrays,
  { batch, rows, step, stride }: SparseSize,
  visit: (from: number, at: number) => void,
): void {
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < rows; i++) visit(b * stride + i * step, (b * rows + i) * columns);
  }
}

/** The places of a column's entries, and which value each has, in order. */
function eachEntry(
  { indptr, indices, permutation }: Arrays,
  column: number,
  visit: (place: number, value: number) => void,
): void {
  for (let e = indptr[column]!; e < indptr[column + 1]!; e++)
    visit(indices[e]!, permutation === undefined ? e : permutation[e]!);
}
