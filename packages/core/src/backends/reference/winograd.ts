import type { WinogradSize } from "../../kernels/kernels.ts";

const f = Math.fround;

/** See `Kernels.winograd`. */
export function winograd(x: Float32Array, kernel: Float32Array, y: Float32Array, size: WinogradSize): void {
  const { channels, filters, rows, columns } = size;
  const kernels = Array.from({ length: filters * channels }, (_, i) =>
    transform(kernelTransform, kernel.subarray(9 * i), 3),
  );
  eachTile(size, (b, i, j) => {
    const tiles = Array.from({ length: channels }, (_, c) => transform(imageTransform, tileOf(x, b, c, i, j, size), 4));
    for (let k = 0; k < filters; k++) {
      const sums = new Float32Array(16);
      for (let c = 0; c < channels; c++) accumulate(sums, kernels[k * channels + c]!, tiles[c]!);
      const pixels = transform(resultTransform, sums, 4);
      eachPixel(i, j, size, (p, q, at) => {
        y[((b * filters + k) * rows + p) * columns + q] = pixels[at]!;
      });
    }
  });
}

/** See `Kernels.winogradKernel`. */
export function winogradKernel(x: Float32Array, dy: Float32Array, dkernel: Float32Array, size: WinogradSize): void {
  const { batch, channels, filters, rows, columns } = size;
  const pairs = filters * channels;
  const lanes = Array.from({ length: Math.min(4, batch) }, () =>
    Array.from({ length: pairs }, () => new Float32Array(16)),
  );
  eachTile(size, (b, i, j) => {
    const tiles = Array.from({ length: channels }, (_, c) => transform(imageTransform, tileOf(x, b, c, i, j, size), 4));
    for (let k = 0; k < filters; k++) {
      const pixels = new Float32Array(4);
      eachPixel(i, j, size, (p, q, at) => {
        pixels[at] = dy[((b * filters + k) * rows + p) * columns + q]!;
      });
      const gradient = transform(gradientTransform, pixels, 2);
      for (let c = 0; c < channels; c++) accumulate(lanes[b % 4]![k * channels + c]!, gradient, tiles[c]!);
    }
  });
  for (let pair = 0; pair < pairs; pair++) {
    const sums = lanes[0]![pair]!;
    for (const lane of lanes.slice(1)) for (let at = 0; at < 16; at++) sums[at]! += lane[pair]![at]!;
    dkernel.set(transform(kernelGradientTransform, sums, 4), 9 * pair);
  }
}

function eachTile({ batch, rows, columns }: WinogradSize, visit: (b: number, i: number, j: number) => void): void {
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < rows; i += 2) {
      for (let j = 0; j < columns; j += 2) visit(b, i, j);
    }
  }
}

/** The pixels of the result's tile that there are, and where in the tile they are. */
function eachPixel(
  i: number,
  j: number,
  { rows, columns }: WinogradSize,
  visit: (p: number, q: number, at: number) => void,
): void {
  for (let u = 0; u < 2; u++) {
    for (let v = 0; v < 2; v++) if (i + u < rows && j + v < columns) visit(i + u, j + v, 2 * u + v);
  }
}

/** The 4×4 pixels that the result's tile at i, j is made of. */
function tileOf(x: Float32Array, b: number, c: number, i: number, j: number, size: WinogradSize): Float32Array {
  const { channels, height, width, paddingY, paddingX } = size;
  return new Float32Array(16).map((_, at) => {
    const [p, q] = [i + (at >> 2) - paddingY, j + (at & 3) - paddingX];
    const isInside = p >= 0 && p < height && q >= 0 && q < width;
    return isInside ? x[((b * channels + c) * height + p) * width + q]! : 0;
  });
}

/** sums += a ⊙ b */
function accumulate(sums: Float32Array, a: Float32Array, b: Float32Array): void {
  for (let at = 0; at < 16; at++) sums[at]! += f(a[at]! * b[at]!);
}

/** A column times a matrix. */
type Transform = (column: readonly number[]) => readonly number[];

const imageTransform: Transform = ([d0, d1, d2, d3]) => [d0! - d2!, d1! + d2!, d2! - d1!, d1! - d3!];
const kernelTransform: Transform = ([g0, g1, g2]) => {
  const sum = f(g0! + g2!);
  return [g0!, f(sum + g1!) * 0.5, f(sum - g1!) * 0.5, g2!];
};
const resultTransform: Transform = ([m0, m1, m2, m3]) => [f(m0! + m1!) + m2!, f(m1! - m2!) - m3!];
const gradientTransform: Transform = ([d0, d1]) => [d0!, d0! + d1!, d0! - d1!, -d1!];
const kernelGradientTransform: Transform = ([s0, s1, s2, s3]) => {
  const half = f(f(s1! + s2!) * 0.5);
  return [s0! + half, f(s1! - s2!) * 0.5, half + s3!];
};

/** T·a·Tᵀ of the n×n values a: the columns first, then the rows. */
function transform(by: Transform, a: Float32Array, n: number): Float32Array {
  const range = Array.from({ length: n }, (_, i) => i);
  const columns = range.map((column) => by(range.map((row) => a[row * n + column]!)).map(f));
  const rows = columns[0]!.map((_, row) => by(columns.map((column) => column[row]!)));
  return Float32Array.from(rows.flat());
}
