import type { WindowSize } from "../../kernels.ts";

const f = Math.fround;

/** See `Kernels.maxOfWindows`. */
export function maxOfWindows(
  rows: Float32Array,
  kernel: Float32Array,
  places: Int32Array,
  windows: Int32Array,
  y: Float32Array,
  winners: Int32Array,
  size: WindowSize,
): void {
  const { batch, time, width, filters } = size;
  const projected = project(rows, kernel, size);
  for (let b = 0; b < batch; b++) {
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
      for (let t = 1; t < windows[b]! && !Number.isNaN(best); t++) {
        const value = valueAt(t);
        if (value > best || Number.isNaN(value)) {
          best = value;
          winner = t;
        }
      }
      y[b * filters + filter] = best;
      winners[b * filters + filter] = winner;
    }
  }
}

/** p[r,w,f] = Σ_c rows[r,c] · kernel[w,c,f] */
function project(
  rows: Float32Array,
  kernel: Float32Array,
  { rows: count, channels, width, filters }: WindowSize,
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

/** See `Kernels.maxOfWindowsRows`. */
export function maxOfWindowsRows(
  dy: Float32Array,
  winners: Int32Array,
  kernel: Float32Array,
  places: Int32Array,
  drows: Float32Array,
  size: WindowSize,
): void {
  const { channels, filters } = size;
  eachWord(dy, winners, places, size, (d, row, w, filter) => {
    for (let c = 0; c < channels; c++) {
      drows[row * channels + c]! += f(d * kernel[(w * channels + c) * filters + filter]!);
    }
  });
}

/** See `Kernels.maxOfWindowsKernel`. */
export function maxOfWindowsKernel(
  dy: Float32Array,
  winners: Int32Array,
  rows: Float32Array,
  places: Int32Array,
  dkernel: Float32Array,
  size: WindowSize,
): void {
  const { channels, filters } = size;
  dkernel.fill(0);
  eachWord(dy, winners, places, size, (d, row, w, filter) => {
    for (let c = 0; c < channels; c++) {
      dkernel[(w * channels + c) * filters + filter]! += f(rows[row * channels + c]! * d);
    }
  });
}

/** Every word of every winning window whose dy is not 0: the row it is, where it stands in the window, and the filter that it won for. */
export function eachWord(
  dy: Float32Array,
  winners: Int32Array,
  places: Int32Array,
  { batch, time, width, filters }: WindowSize,
  visit: (d: number, row: number, w: number, filter: number) => void,
): void {
  for (let b = 0, i = 0; b < batch; b++) {
    for (let filter = 0; filter < filters; filter++, i++) {
      if (dy[i] === 0) continue;
      for (let w = 0; w < width; w++) visit(dy[i]!, places[b * time + winners[i]! + w]!, w, filter);
    }
  }
}
