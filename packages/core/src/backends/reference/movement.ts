import type { StridedView, UnfoldSize } from "../../kernels/kernels.ts";
import { eachOffset } from "./walk.ts";

/** out[i] = a[walk(i)] */
export function stridedCopy(a: Float32Array, out: Float32Array, { shape, strides, offset }: StridedView): void {
  eachOffset(shape, strides, strides, (i, at) => {
    out[i] = a[offset + at]!;
  });
}

/** out = 0, then out[walk(i)] = a[i] */
export function stridedScatter(a: Float32Array, out: Float32Array, { shape, strides, offset }: StridedView): void {
  out.fill(0);
  eachOffset(shape, strides, strides, (i, at) => {
    out[offset + at] = a[i]!;
  });
}

export function concat(
  parts: readonly Float32Array[],
  out: Float32Array,
  { outer, axes, inner }: { outer: number; axes: readonly number[]; inner: number },
): void {
  let at = 0;
  for (let o = 0; o < outer; o++) {
    parts.forEach((part, p) => {
      const length = axes[p]! * inner;
      out.set(part.subarray(o * length, (o + 1) * length), at);
      at += length;
    });
  }
}

/** out[i,d] = table[ids[i],d] */
export function gatherRows(table: Float32Array, ids: Int32Array, out: Float32Array, { dim }: { dim: number }): void {
  for (let i = 0; i < ids.length; i++) {
    for (let d = 0, from = ids[i]! * dim, to = i * dim; d < dim; d++) out[to + d] = table[from + d]!;
  }
}

/** out = 0, then out[ids[i],d] += rows[i,d] */
export function scatterRows(
  rows: Float32Array,
  ids: Int32Array,
  out: Float32Array,
  { dim, except }: { dim: number; except?: number | undefined },
): void {
  out.fill(0);
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] === except) continue;
    for (let d = 0, from = i * dim, to = ids[i]! * dim; d < dim; d++) out[to + d]! += rows[from + d]!;
  }
}

/** out = 0, then out[positions[i]] = values[i] */
export function expand(values: Float32Array, positions: Int32Array, out: Float32Array): void {
  out.fill(0);
  for (let i = 0; i < positions.length; i++) out[positions[i]!] = values[i]!;
}

/** values[i] = x[positions[i]] */
export function compress(x: Float32Array, positions: Int32Array, values: Float32Array): void {
  for (let i = 0; i < positions.length; i++) values[i] = x[positions[i]!]!;
}

/** windows[b,i,j,c,u,v] = x[b, c, i·strideY + u − paddingY, j·strideX + v − paddingX], 0 outside the image */
export function unfold(x: Float32Array, windows: Float32Array, size: UnfoldSize): void {
  windows.fill(0);
  eachPixel(size, (inWindows, inImage) => {
    windows[inWindows] = x[inImage]!;
  });
}

/** x[b,c,p,q] = the sum of the elements of windows that `unfold` copies it to */
export function fold(windows: Float32Array, x: Float32Array, size: UnfoldSize): void {
  x.fill(0);
  eachPixel(size, (inWindows, inImage) => {
    x[inImage]! += windows[inWindows]!;
  });
}

/** Every element of a window that is inside its image. */
function eachPixel(size: UnfoldSize, visit: (inWindows: number, inImage: number) => void): void {
  const { batch, channels, height, width, kernelHeight, kernelWidth } = size;
  const { strideY, strideX, paddingY, paddingX, rows, columns } = size;
  let at = 0;
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        for (let c = 0; c < channels; c++) {
          for (let u = 0; u < kernelHeight; u++) {
            for (let v = 0; v < kernelWidth; v++, at++) {
              const [p, q] = [i * strideY + u - paddingY, j * strideX + v - paddingX];
              if (p < 0 || p >= height || q < 0 || q >= width) continue;
              visit(at, ((b * channels + c) * height + p) * width + q);
            }
          }
        }
      }
    }
  }
}
