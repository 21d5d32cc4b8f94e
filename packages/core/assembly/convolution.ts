import { multiplyAdd, loadPart, storePart } from "./lanes";
import { copyRow, transposeBlock } from "./copy";
import { EDGE, pack, packedBytes, product, productTransposed } from "./product";

// Windows x[b, t … t + width, :] are contiguous: rows of a matrix that overlap in memory, `channels` apart and width·channels long.

/** y[b,t,f] = Σ_{w,c} x[b,t+w,c]·kernel[w,c,f] */
export function conv1d(
  x: usize, kernel: usize, y: usize, batch: i32, time: i32, channels: i32, width: i32, filters: i32, scratch: usize,
): void {
  const steps = time - width + 1;
  const taps = width * channels;
  const row = <usize>filters << 2;
  if (taps == 0) {
    memory.fill(y, 0, <usize>batch * steps * row);
    return;
  }
  const packed = scratch + EDGE;
  pack(kernel, row, taps, filters, packed);
  for (let b = 0; b < batch; b++, x += <usize>time * channels << 2, y += <usize>steps * row) {
    product(x, <usize>channels << 2, packed, y, row, steps, taps, filters, false, scratch);
  }
}

/** How many of `n` values are not 0. */
export function countNonZero(x: usize, n: i32): i32 {
  let four = i32x4.splat(0);
  let i = 0;
  for (; i <= n - 4; i += 4, x += 16) four = i32x4.sub(four, f32x4.ne(v128.load(x), f32x4.splat(0)));
  if (i < n) four = i32x4.sub(four, f32x4.ne(loadPart(x, n - i), f32x4.splat(0)));
  return i32x4.extract_lane(four, 0) + i32x4.extract_lane(four, 1) + i32x4.extract_lane(four, 2) + i32x4.extract_lane(four, 3);
}

/** Whether none of `n` values is NaN or infinite: then a dy of 0, multiplied, adds ±0 to a sum that began at 0, and changes no bit. */
export function allFinite(x: usize, n: i32): bool {
  const limit = f32x4.splat(Infinity);
  let i = 0;
  let finite = i32x4.splat(-1);
  for (; i <= n - 4; i += 4, x += 16) finite = v128.and(finite, f32x4.lt(f32x4.abs(v128.load(x)), limit));
  if (i < n) finite = v128.and(finite, f32x4.lt(f32x4.abs(loadPart(x, n - i)), limit));
  return i32x4.all_true(finite);
}

/** to += d·from, `n` values. */
export function axpy(d: f32, from: usize, to: usize, n: i32): void {
  const scale = f32x4.splat(d);
  let i = 0;
  for (; i <= n - 16; i += 16, from += 64, to += 64) {
    const sum0 = multiplyAdd(v128.load(to), scale, v128.load(from));
    const sum1 = multiplyAdd(v128.load(to, 16), scale, v128.load(from, 16));
    const sum2 = multiplyAdd(v128.load(to, 32), scale, v128.load(from, 32));
    const sum3 = multiplyAdd(v128.load(to, 48), scale, v128.load(from, 48));
    v128.store(to, sum0);
    v128.store(to, sum1, 16);
    v128.store(to, sum2, 32);
    v128.store(to, sum3, 48);
  }
  for (; i <= n - 4; i += 4, from += 16, to += 16) v128.store(to, multiplyAdd(v128.load(to), scale, v128.load(from)));
  if (i < n) storePart(to, multiplyAdd(loadPart(to, n - i), scale, loadPart(from, n - i)), n - i);
}

/** The first place from `i` on whose value is not 0, or `n`. */
// @ts-ignore: decorator
@inline
function nextNonZero(x: usize, i: i32, n: i32): i32 {
  while (i <= n - 4 && !v128.any_true(f32x4.ne(v128.load(x + (<usize>i << 2)), f32x4.splat(0)))) i += 4;
  while (i < n && load<f32>(x + (<usize>i << 2)) == 0) i++;
  return i;
}

/**
 * dx[b,s,c] = Σ_{w,f} dy[b,s−w,f]·kernel[w,c,f], for few dy that are not 0: each adds one filter, contiguous in the turned
 * kernel[f,w,c], to its window.
 */
export function conv1dInputSparse(
  dy: usize, kernel: usize, dx: usize, batch: i32, time: i32, channels: i32, width: i32, filters: i32, scratch: usize,
): void {
  const steps = time - width + 1;
  const taps = width * channels;
  transposeBlock(kernel, <usize>filters << 2, scratch, <usize>taps << 2, taps, filters);
  memory.fill(dx, 0, <usize>batch * time * channels << 2);
  const n = steps * filters;
  for (let b = 0; b < batch; b++, dy += <usize>n << 2, dx += <usize>time * channels << 2) {
    for (let i = nextNonZero(dy, 0, n); i < n; i = nextNonZero(dy, i + 1, n)) {
      const t = i / filters;
      const f = i - t * filters;
      axpy(load<f32>(dy + (<usize>i << 2)), scratch + (<usize>f * taps << 2), dx + (<usize>t * channels << 2), taps);
    }
  }
}

/** The scratch memory of `conv1dInputDense`: the turned kernel[width − 1 − w, f, c], a text of dy between zeros, a product's. */
export function conv1dInputScratch(time: i32, channels: i32, width: i32, filters: i32): f64 {
  return <f64>(EDGE + packedBytes(width * filters, channels) + turnedBytes(channels, width, filters)
    + (<u64>(time + width - 1) * filters << 2));
}

// @ts-ignore: decorator
@inline
function turnedBytes(channels: i32, width: i32, filters: i32): u64 {
  return ((<u64>width * filters * channels << 2) + 63) & ~63;
}

/**
 * The same for many: dx[b,s] is the window dy[b, s − width + 1 … s] times the kernel turned round, so again a product of overlapping rows,
 * with the terms in the order of s − w, f. The kernel must be finite.
 */
export function conv1dInputDense(
  dy: usize, kernel: usize, dx: usize, batch: i32, time: i32, channels: i32, width: i32, filters: i32, scratch: usize,
): void {
  const steps = time - width + 1;
  const row = <usize>filters << 2;
  const packed = scratch + EDGE;
  const turned = packed + <usize>packedBytes(width * filters, channels);
  const padded = turned + <usize>turnedBytes(channels, width, filters);
  for (let w = 0; w < width; w++) {
    const to = turned + (<usize>(width - 1 - w) * filters * channels << 2);
    transposeBlock(kernel + <usize>w * channels * row, row, to, <usize>channels << 2, channels, filters);
  }
  pack(turned, <usize>channels << 2, width * filters, channels, packed);

  const margin = <usize>(width - 1) * row;
  memory.fill(padded, 0, margin);
  memory.fill(padded + margin + <usize>steps * row, 0, margin);
  for (let b = 0; b < batch; b++, dy += <usize>steps * row, dx += <usize>time * channels << 2) {
    copyRow(dy, padded + margin, steps * filters);
    product(padded, row, packed, dx, <usize>channels << 2, time, width * filters, channels, false, scratch);
  }
}

/**
 * dkernel[w,c,f] = Σ_{b,t} x[b,t+w,c]·dy[b,t,f], for few dy that are not 0: each adds its window to a filter of
 * dkernel[f,w,c], turned at the end. `taps` are as many pairs of w and c, from where `x` and `dkernel` begin.
 */
export function conv1dKernelSparse(
  x: usize, dy: usize, dkernel: usize, batch: i32, time: i32, channels: i32, steps: i32, taps: i32, filters: i32, scratch: usize,
): void {
  const n = steps * filters;
  memory.fill(scratch, 0, <usize>taps * filters << 2);
  for (let b = 0; b < batch; b++, dy += <usize>n << 2, x += <usize>time * channels << 2) {
    for (let i = nextNonZero(dy, 0, n); i < n; i = nextNonZero(dy, i + 1, n)) {
      const t = i / filters;
      const f = i - t * filters;
      axpy(load<f32>(dy + (<usize>i << 2)), x + (<usize>t * channels << 2), scratch + (<usize>f * taps << 2), taps);
    }
  }
  transposeBlock(scratch, <usize>taps << 2, dkernel, <usize>filters << 2, filters, taps);
}

/** The same for many: text by text the product of turned windows and dy. x must be finite. */
export function conv1dKernelDense(
  x: usize, dy: usize, dkernel: usize, batch: i32, time: i32, channels: i32, steps: i32, taps: i32, filters: i32, scratch: usize,
): void {
  const row = <usize>filters << 2;
  for (let b = 0; b < batch; b++, x += <usize>time * channels << 2, dy += <usize>steps * row) {
    productTransposed(x, <usize>channels << 2, dy, row, dkernel, row, taps, steps, filters, false, b > 0, scratch);
  }
}
