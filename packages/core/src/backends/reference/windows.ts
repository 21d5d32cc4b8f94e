import type { WindowSize } from "../../kernels/kernels.ts";

const f = Math.fround;

/** See `Kernels.maxOfWindows`. */
export function maxOfWindows(
  rows: Float32Array,
  kernels: readonly Float32Array[],
  places: Int32Array,
  ends: Int32Array,
  y: Float32Array,
  argmax: Int32Array,
  size: WindowSize,
): void {
  const { batch, time } = size;
  eachWidth(size, (g, { width, filters }, column, columns) => {
    const projected = project(rows, kernels[g]!, size, width, filters);
    for (let b = 0; b < batch; b++) {
      const windows = Math.max(1, ends[b]! - width + 1);
      for (let filter = 0; filter < filters; filter++) {
        const valueAt = (t: number) => {
          let sum = 0;
          for (let w = 0; w < width; w++) {
            sum = f(sum + projected[(places[b * time + t + w]! * width + w) * filters + filter]!);
          }
          return sum;
        };
        let best = valueAt(0);
        let winner = 0;
        for (let t = 1; t < windows && !Number.isNaN(best); t++) {
          const value = valueAt(t);
          if (value > best || Number.isNaN(value)) {
            best = value;
            winner = t;
          }
        }
        y[b * columns + column + filter] = best;
        argmax[b * columns + column + filter] = winner;
      }
    }
  });
}

/** p[r,w,f] = Σ_c rows[r,c] · kernel[w,c,f] */
function project(
  rows: Float32Array,
  kernel: Float32Array,
  { rows: count, channels }: WindowSize,
  width: number,
  filters: number,
): Float32Array {
  const projected = new Float32Array(count * width * filters);
  for (let r = 0; r < count; r++) {
    for (let w = 0; w < width; w++) {
      const to = (r * width + w) * filters;
      for (let c = 0, from = w * channels * filters; c < channels; c++, from += filters) {
        const value = rows[r * channels + c]!;
        for (let filter = 0; filter < filters; filter++) projected[to + filter]! += f(value * kernel[from + filter]!);
      }
    }
  }
  return projected;
}

/** See `Kernels.maxOfWindowsRows`. @param has - Which elements kernel number g has. Default: all. */
export function maxOfWindowsRows(
  dy: Float32Array,
  argmax: Int32Array,
  kernels: readonly Float32Array[],
  places: Int32Array,
  drows: Float32Array,
  size: WindowSize,
  has: (g: number, element: number) => boolean = () => true,
): void {
  const { channels } = size;
  drows.fill(0);
  eachWord(dy, argmax, places, size, (d, row, w, filter, g) => {
    const { filters } = size.widths[g]!;
    for (let c = 0; c < channels; c++) {
      const i = (w * channels + c) * filters + filter;
      if (has(g, i)) drows[row * channels + c]! += f(d * kernels[g]![i]!);
    }
  });
}

/** See `Kernels.maxOfWindowsKernels`. */
export function maxOfWindowsKernels(
  dy: Float32Array,
  argmax: Int32Array,
  rows: Float32Array,
  places: Int32Array,
  dkernels: readonly (Float32Array | undefined)[],
  size: WindowSize,
): void {
  const { channels } = size;
  for (const dkernel of dkernels) dkernel?.fill(0);
  eachWord(dy, argmax, places, size, (d, row, w, filter, g) => {
    const { filters } = size.widths[g]!;
    const dkernel = dkernels[g];
    if (dkernel === undefined) return;
    for (let c = 0; c < channels; c++) {
      dkernel[(w * channels + c) * filters + filter]! += f(rows[row * channels + c]! * d);
    }
  });
}

/** The widths, each with its number and where its filters' columns begin among all. */
function eachWidth(
  { widths }: WindowSize,
  visit: (g: number, size: WindowSize["widths"][number], column: number, columns: number) => void,
): void {
  const columns = widths.reduce((sum, { filters }) => sum + filters, 0);
  let column = 0;
  for (const [g, size] of widths.entries()) {
    visit(g, size, column, columns);
    column += size.filters;
  }
}

/** Every word of every largest window whose dy is not 0: its row, its position in the window, the filter, and the filter's width. */
function eachWord(
  dy: Float32Array,
  argmax: Int32Array,
  places: Int32Array,
  size: WindowSize,
  visit: (d: number, row: number, w: number, filter: number, g: number) => void,
): void {
  eachWidth(size, (g, { width, filters }, column, columns) => {
    for (let b = 0; b < size.batch; b++) {
      for (let filter = 0, i = b * columns + column; filter < filters; filter++, i++) {
        if (dy[i] === 0) continue;
        for (let w = 0; w < width; w++) visit(dy[i]!, places[b * size.time + argmax[i]! + w]!, w, filter, g);
      }
    }
  });
}
