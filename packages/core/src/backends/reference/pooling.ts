import type { PoolSize } from "../../kernels/kernels.ts";

/** See `Kernels.maxPool2d`. */
export function maxPool2d(x: Float32Array, y: Float32Array, argmax: Int32Array, size: PoolSize): void {
  const { images, height, width, rows, columns } = size;
  let at = 0;
  for (let n = 0; n < images; n++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++, at++) {
        argmax[at] = largestIn(x, n * height * width, i, j, size);
        y[at] = x[n * height * width + argmax[at]!]!;
      }
    }
  }
}

/** Where the first largest pixel of a window is in its image, which begins at `image`. */
function largestIn(x: Float32Array, image: number, i: number, j: number, size: PoolSize): number {
  const { height, width, kernelHeight, kernelWidth, strideY, strideX, paddingY, paddingX } = size;
  const [top, left] = [i * strideY - paddingY, j * strideX - paddingX];
  let winner = -1;
  for (let p = Math.max(0, top); p < Math.min(height, top + kernelHeight); p++) {
    for (let q = Math.max(0, left); q < Math.min(width, left + kernelWidth); q++) {
      const [value, best] = [x[image + p * width + q]!, x[image + winner]!];
      if (winner < 0 || value > best || (Number.isNaN(value) && !Number.isNaN(best))) winner = p * width + q;
    }
  }
  return winner;
}

/** See `Kernels.maxPool2dGradient`. */
export function maxPool2dGradient(dy: Float32Array, argmax: Int32Array, dx: Float32Array, size: PoolSize): void {
  dx.fill(0);
  const windows = size.rows * size.columns;
  for (let at = 0; at < dy.length; at++) dx[imageOf(at, windows, size) + argmax[at]!]! += dy[at]!;
}

/** See `Kernels.gatherMaxima`. */
export function gatherMaxima(x: Float32Array, argmax: Int32Array, y: Float32Array, size: PoolSize): void {
  const windows = size.rows * size.columns;
  for (let at = 0; at < y.length; at++) y[at] = x[imageOf(at, windows, size) + argmax[at]!]!;
}

/** Where the image of a window begins. */
const imageOf = (window: number, windows: number, { height, width }: PoolSize): number =>
  Math.floor(window / windows) * height * width;
