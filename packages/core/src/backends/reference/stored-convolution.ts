import type { StoredConvolutionSize, StoredWeight } from "../../kernels/kernels.ts";

const f = Math.fround;

/** See `Kernels.storedConvolution`. */
export function storedConvolution(
  x: Float32Array,
  kernel: StoredWeight,
  y: Float32Array,
  size: StoredConvolutionSize,
): void {
  const values = kernel.values as Float32Array;
  y.fill(0);
  eachTap(kernel, size, (e, filter, channel, u, v) => {
    eachResult(size, (b, i, j) => {
      const at = resultAt(b, filter, i, j, size);
      y[at] = f(y[at]! + f(values[e]! * pixelOf(x, b, channel, i + u, j + v, size)));
    });
  });
}

/** See `Kernels.storedConvolutionInput`. */
export function storedConvolutionInput(
  dy: Float32Array,
  kernel: StoredWeight,
  dx: Float32Array,
  size: StoredConvolutionSize,
): void {
  const { batch, channels, height, width, rows, columns, paddingY, paddingX } = size;
  const values = kernel.values as Float32Array;
  const taps: Parameters<Visit>[] = [];
  eachTap(kernel, size, (...tap) => taps.push(tap));
  taps.sort(([, f, c, u, v], [, g, d, w, z]) => c - d || u - w || v - z || f - g);
  dx.fill(0);
  for (const [e, filter, channel, u, v] of taps) {
    for (let b = 0; b < batch; b++) {
      for (let at = 0; at < height * width; at++) {
        const [i, j] = [Math.floor(at / width) - u + paddingY, (at % width) - v + paddingX];
        const isInside = i >= 0 && i < rows && j >= 0 && j < columns;
        const to = (b * channels + channel) * height * width + at;
        dx[to] = f(dx[to]! + f(values[e]! * (isInside ? dy[resultAt(b, filter, i, j, size)]! : 0)));
      }
    }
  }
}

/** See `Kernels.storedConvolutionKernel`. */
export function storedConvolutionKernel(
  x: Float32Array,
  dy: Float32Array,
  dkernel: StoredWeight,
  size: StoredConvolutionSize,
): void {
  const dvalues = dkernel.values as Float32Array;
  const line = size.width + 2 * size.paddingX;
  eachTap(dkernel, size, (e, filter, channel, u, v) => {
    const s = new Float32Array(8);
    eachResult(size, (b, i, j) => {
      const k = (i * line + j) % 8;
      s[k] = f(s[k]! + f(dy[resultAt(b, filter, i, j, size)]! * pixelOf(x, b, channel, i + u, j + v, size)));
    });
    const [s0, s1, s2, s3] = [0, 1, 2, 3].map((k) => f(s[k]! + s[k + 4]!)) as [number, number, number, number];
    dvalues[e] = f(f(s0 + s2) + f(s1 + s3));
  });
}

type Visit = (e: number, filter: number, channel: number, u: number, v: number) => void;

/** The stored elements of a kernel in their order. */
function eachTap(
  { pattern }: StoredWeight,
  { channels, kernelHeight, kernelWidth }: StoredConvolutionSize,
  visit: Visit,
) {
  const taps = kernelHeight * kernelWidth;
  for (const [e, position] of pattern.positions.entries()) {
    const tap = position % taps;
    const filter = Math.floor(position / (channels * taps));
    visit(e, filter, Math.floor(position / taps) % channels, Math.floor(tap / kernelWidth), tap % kernelWidth);
  }
}

function eachResult({ batch, rows, columns }: StoredConvolutionSize, visit: (b: number, i: number, j: number) => void) {
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) visit(b, i, j);
    }
  }
}

function resultAt(b: number, filter: number, i: number, j: number, size: StoredConvolutionSize): number {
  return ((b * size.filters + filter) * size.rows + i) * size.columns + j;
}

/** A pixel of the padded image. */
function pixelOf(
  x: Float32Array,
  b: number,
  channel: number,
  p: number,
  q: number,
  size: StoredConvolutionSize,
): number {
  const { channels, height, width, paddingY, paddingX } = size;
  const [i, j] = [p - paddingY, q - paddingX];
  const isInside = i >= 0 && i < height && j >= 0 && j < width;
  return isInside ? x[((b * channels + channel) * height + i) * width + j]! : 0;
}
