import { copyRow, transposeBlock } from "./copy";

// Windows of images as rows. A row of windows has `taps` values of each of its `columns` windows: in scratch memory they lie tap after tap,
// [taps, columns], where what windows side by side take of an image is side by side, or every so many pixels; this is turned to and from [columns, taps].

/** Scratch memory of `unfold` and `fold`. */
export function unfoldScratch(channels: i32, kernelHeight: i32, kernelWidth: i32, columns: i32): f64 {
  return 4 * <f64>channels * kernelHeight * kernelWidth * columns;
}

/** windows[b,i,j,c,u,v] = x[b, c, i·strideY + u − paddingY, j·strideX + v − paddingX], 0 outside the image. */
export function unfold(
  x: usize, windows: usize, batch: i32, channels: i32, height: i32, width: i32, kernelHeight: i32, kernelWidth: i32,
  strideY: i32, strideX: i32, paddingY: i32, paddingX: i32, rows: i32, columns: i32, scratch: usize,
): void {
  const taps = channels * kernelHeight * kernelWidth;
  const line = <usize>columns << 2;
  for (let b = 0; b < batch; b++, x += <usize>channels * height * width << 2) {
    for (let i = 0; i < rows; i++, windows += <usize>taps * line) {
      for (let v = 0; v < kernelWidth; v++) {
        const begin = firstInside(v, strideX, paddingX, columns);
        const end = max(begin, endInside(v, strideX, paddingX, width, columns));
        const first = <usize>begin << 2;
        let to = scratch + <usize>v * line;
        for (let c = 0; c < channels; c++) {
          for (let u = 0, p = i * strideY - paddingY; u < kernelHeight; u++, p++, to += kernelWidth * line) {
            if (p < 0 || p >= height || begin == end) {
              memory.fill(to, 0, line);
              continue;
            }
            const from = x + (<usize>((c * height + p) * width + begin * strideX + v - paddingX) << 2);
            if (begin > 0) memory.fill(to, 0, first);
            takeEvery(strideX, from, to + first, end - begin);
            if (end < columns) memory.fill(to + (<usize>end << 2), 0, <usize>(columns - end) << 2);
          }
        }
      }
      transposeBlock(scratch, line, windows, <usize>taps << 2, taps, columns);
    }
  }
}

/** x[b,c,p,q] = the sum of the elements of windows that `unfold` copies it to, in the order of i, j, from 0: the last taps first. */
export function fold(
  windows: usize, x: usize, batch: i32, channels: i32, height: i32, width: i32, kernelHeight: i32, kernelWidth: i32,
  strideY: i32, strideX: i32, paddingY: i32, paddingX: i32, rows: i32, columns: i32, scratch: usize,
): void {
  const taps = channels * kernelHeight * kernelWidth;
  const line = <usize>columns << 2;
  const image = <usize>channels * height * width << 2;
  for (let b = 0; b < batch; b++, x += image) {
    memory.fill(x, 0, image);
    for (let i = 0; i < rows; i++, windows += <usize>taps * line) {
      transposeBlock(windows, <usize>taps << 2, scratch, line, columns, taps);
      for (let v = kernelWidth - 1; v >= 0; v--) {
        const begin = firstInside(v, strideX, paddingX, columns);
        const count = endInside(v, strideX, paddingX, width, columns) - begin;
        if (count <= 0) continue;
        let from = scratch + <usize>v * line + (<usize>begin << 2);
        for (let c = 0; c < channels; c++) {
          for (let u = 0, p = i * strideY - paddingY; u < kernelHeight; u++, p++, from += kernelWidth * line) {
            if (p < 0 || p >= height) continue;
            const to = x + (<usize>((c * height + p) * width + begin * strideX + v - paddingX) << 2);
            addToEvery(strideX, from, to, count);
          }
        }
      }
    }
  }
}

/** The first window whose column v is inside the image, or right of it. */
// @ts-ignore: decorator
@inline
function firstInside(v: i32, stride: i32, padding: i32, columns: i32): i32 {
  return v >= padding ? 0 : min(columns, (padding - v + stride - 1) / stride);
}

/** The first window whose column v is right of the image. */
// @ts-ignore: decorator
@inline
function endInside(v: i32, stride: i32, padding: i32, width: i32, columns: i32): i32 {
  const last = width - 1 + padding - v;
  return last < 0 ? 0 : min(columns, last / stride + 1);
}

/** to[j] = from[j·step] for j < n */
function takeEvery(step: i32, from: usize, to: usize, n: i32): void {
  if (step == 1) return copyRow(from, to, n);
  const stride = <usize>step << 2;
  let j = 0;
  if (step == 2) {
    // the second vector begins one earlier, lest it end behind the last
    for (; j <= n - 4; j += 4, from += 32, to += 16) {
      v128.store(to, i32x4.shuffle(v128.load(from), v128.load(from, 12), 0, 2, 5, 7));
    }
  }
  for (; j < n; j++, from += stride, to += 4) store<f32>(to, load<f32>(from));
}

/** to[j·step] += from[j] for j < n; 0 may be added to what lies between. */
function addToEvery(step: i32, from: usize, to: usize, n: i32): void {
  const stride = <usize>step << 2;
  const zero = f32x4.splat(0);
  let j = 0;
  if (step == 1) {
    for (; j <= n - 4; j += 4, from += 16, to += 16) v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  } else if (step == 2) {
    for (; j <= n - 4; j += 4, from += 16, to += 32) {
      const some = v128.load(from);
      const low = f32x4.add(v128.load(to), i32x4.shuffle(some, zero, 0, 4, 1, 4));
      const high = f32x4.add(v128.load(to, 12), i32x4.shuffle(some, zero, 4, 2, 4, 3));
      v128.store(to, low);
      v128.store(to, high, 12);
    }
  }
  for (; j < n; j++, from += 4, to += stride) store<f32>(to, load<f32>(to) + load<f32>(from));
}
