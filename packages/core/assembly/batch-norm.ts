import { loadLanes, loadPart, storeLanes, storePart } from "./lanes";
import { BLOCK, firstOf, sumOf, sumOfLanes } from "./reduction";

// Batch normalisation of `channels` channels, side by side in each image; images are `image` bytes apart, a channel of one has `pixels`. Every
// pass takes image after image, as they lie in memory: channel after channel would begin anew at each image, too often to be fetched ahead.

/** Scratch memory of `batchNorm` and its gradient: two sums a channel and image, four values a channel, and a channel of an image. */
export function batchNormScratch(batch: i32, channels: i32, pixels: i32): f64 {
  return 4 * ((2 * <f64>batch + 4) * channels + pixels);
}

/** See `Kernels.batchNorm`. A `residual` of 0 is none. */
export function batchNorm(
  x: usize, residual: usize, gamma: usize, beta: usize, y: usize, mean: usize, variance: usize,
  batch: i32, channels: i32, pixels: i32, image: usize, relu: bool, epsilon: f32, scratch: usize,
): void {
  const share: f32 = 1 / <f32>(batch * pixels);
  const row = <usize>pixels << 2;
  const vector = <usize>channels << 2;
  const line = <usize>batch << 2;
  const scales = scratch;
  const sums = scratch + vector;
  for (let b = 0; b < batch; b++) {
    for (let c = 0; c < channels; c++) store<f32>(sums + c * line + (<usize>b << 2), sumOf(x + b * image + c * row, pixels));
  }
  for (let c = 0; c < channels; c++) store<f32>(mean + (<usize>c << 2), sumOf(sums + c * line, batch) * share);
  for (let b = 0; b < batch; b++) {
    for (let c = 0; c < channels; c++) {
      const squares = sumOfSquares(x + b * image + c * row, pixels, v128.load32_splat(mean + (<usize>c << 2)));
      store<f32>(sums + c * line + (<usize>b << 2), squares);
    }
  }
  for (let c: usize = 0, at = sums; c < vector; c += 4, at += line) {
    const spread: f32 = sumOf(at, batch) * share;
    store<f32>(variance + c, spread);
    store<f32>(scales + c, load<f32>(gamma + c) / Mathf.sqrt(spread + epsilon));
  }
  for (let b: usize = 0; b < <usize>batch * image; b += image) {
    normaliseImage(x + b, residual == 0 ? 0 : residual + b, mean, scales, beta, y + b, vector, row, pixels, relu);
  }
}

/** See `Kernels.normalise`: of `channels` channels of one image after the other. */
export function normalise(
  x: usize, residual: usize, mean: usize, scale: usize, shift: usize, y: usize, batch: i32, channels: i32, pixels: i32, relu: bool,
): void {
  const row = <usize>pixels << 2;
  const vector = <usize>channels << 2;
  const image = <usize>channels * row;
  for (let b = 0; b < batch; b++, x += image, y += image) {
    normaliseImage(x, residual, mean, scale, shift, y, vector, row, pixels, relu);
    if (residual != 0) residual += image;
  }
}

/** The channels of an image; `vector` is the bytes of a value a channel. */
function normaliseImage(
  x: usize, residual: usize, mean: usize, scale: usize, shift: usize, y: usize, vector: usize, row: usize, pixels: i32, relu: bool,
): void {
  for (let c: usize = 0; c < vector; c += 4, x += row, y += row) {
    const centres = v128.load32_splat(mean + c);
    const scales = v128.load32_splat(scale + c);
    const shifts = v128.load32_splat(shift + c);
    normaliseRow(x, residual, y, pixels, centres, scales, shifts, relu);
    if (residual != 0) residual += row;
  }
}

/** y = (x − centre)·scale + shift, plus a residual, or the larger of this and 0; a loop for each of the four. */
function normaliseRow(x: usize, residual: usize, y: usize, n: i32, centres: v128, scales: v128, shifts: v128, relu: bool): void {
  if (residual == 0) {
    if (relu) rowOf(x, x, y, n, centres, scales, shifts, false, true);
    else rowOf(x, x, y, n, centres, scales, shifts, false, false);
  } else if (relu) rowOf(x, residual, y, n, centres, scales, shifts, true, true);
  else rowOf(x, residual, y, n, centres, scales, shifts, true, false);
}

// @ts-ignore: decorator
@inline
function rowOf(
  x: usize, residual: usize, y: usize, n: i32, centres: v128, scales: v128, shifts: v128, adds: bool, relu: bool,
): void {
  let p = 0;
  for (; p <= n - 8; p += 8, x += 32, residual += 32, y += 32) {
    const low = follow(normal(v128.load(x), centres, scales, shifts), v128.load(residual), adds, relu);
    const high = follow(normal(v128.load(x, 16), centres, scales, shifts), v128.load(residual, 16), adds, relu);
    v128.store(y, low);
    v128.store(y, high, 16);
  }
  for (; p < n; p += 4, x += 16, residual += 16, y += 16) {
    const some = min(n - p, 4);
    storeLanes(y, follow(normal(loadLanes(x, some), centres, scales, shifts), loadLanes(residual, some), adds, relu), some);
  }
}

// @ts-ignore: decorator
@inline
function normal(x: v128, centres: v128, scales: v128, shifts: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.sub(x, centres), scales), shifts);
}

// @ts-ignore: decorator
@inline
function follow(y: v128, residual: v128, adds: bool, relu: bool): v128 {
  const sum = adds ? f32x4.add(y, residual) : y;
  return relu ? f32x4.max(sum, f32x4.splat(0)) : sum;
}

/** See `Kernels.batchNormGradient`, likewise: `y` is 0 without relu, and `dresidual` where nobody asks for it. */
export function batchNormGradient(
  dy: usize, y: usize, x: usize, gamma: usize, mean: usize, variance: usize, dx: usize, dresidual: usize, dgamma: usize, dbeta: usize,
  batch: i32, channels: i32, pixels: i32, image: usize, epsilon: f32, scratch: usize,
): void {
  const share: f32 = 1 / <f32>(batch * pixels);
  const row = <usize>pixels << 2;
  const vector = <usize>channels << 2;
  const line = <usize>batch << 2;
  const inverses = scratch;
  const scales = inverses + vector;
  const shifts = scales + vector;
  const slopes = shifts + vector;
  const sums = slopes + vector;
  const products = sums + channels * line;
  const passed = products + channels * line;
  for (let c: usize = 0; c < vector; c += 4) {
    const inverse: f32 = 1 / Mathf.sqrt(load<f32>(variance + c) + epsilon);
    store<f32>(inverses + c, inverse);
    store<f32>(scales + c, load<f32>(gamma + c) * inverse);
  }
  for (let b = 0; b < batch; b++) {
    let at = <usize>b * image;
    for (let c: usize = 0, sum = <usize>b << 2; c < vector; c += 4, at += row, sum += line) {
      const d = passing(dy + at, y == 0 ? 0 : y + at, dresidual == 0 ? passed : dresidual + at, pixels);
      store<f32>(sums + sum, sumOf(d, pixels));
      const product = sumOfProducts(d, x + at, pixels, v128.load32_splat(mean + c), v128.load32_splat(inverses + c));
      store<f32>(products + sum, product);
    }
  }
  for (let c: usize = 0, at: usize = 0; c < vector; c += 4, at += line) {
    const shift = sumOf(sums + at, batch);
    const slope = sumOf(products + at, batch);
    store<f32>(dbeta + c, shift);
    store<f32>(dgamma + c, slope);
    store<f32>(shifts + c, shift * share);
    store<f32>(slopes + c, slope * share);
  }
  for (let b = 0; b < batch; b++) {
    let at = <usize>b * image;
    for (let c: usize = 0; c < vector; c += 4, at += row) {
      const d = dresidual == 0 ? passing(dy + at, y == 0 ? 0 : y + at, passed, pixels) : y == 0 ? dy + at : dresidual + at;
      gradientRow(
        d, x + at, dx + at, pixels, v128.load32_splat(mean + c), v128.load32_splat(inverses + c), v128.load32_splat(shifts + c),
        v128.load32_splat(slopes + c), v128.load32_splat(scales + c),
      );
    }
  }
}

/** dx = ((d − shift) − (x − centre)·inverse·slope)·scale */
function gradientRow(
  d: usize, x: usize, dx: usize, n: i32, centres: v128, inverses: v128, shifts: v128, slopes: v128, scales: v128,
): void {
  let p = 0;
  for (; p <= n - 4; p += 4, d += 16, x += 16, dx += 16) {
    v128.store(dx, gradient(v128.load(d), v128.load(x), centres, inverses, shifts, slopes, scales));
  }
  if (p < n) storePart(dx, gradient(loadPart(d, n - p), loadPart(x, n - p), centres, inverses, shifts, slopes, scales), n - p);
}

// @ts-ignore: decorator
@inline
function gradient(d: v128, x: v128, centres: v128, inverses: v128, shifts: v128, slopes: v128, scales: v128): v128 {
  const normal = f32x4.mul(f32x4.sub(x, centres), inverses);
  return f32x4.mul(f32x4.sub(f32x4.sub(d, shifts), f32x4.mul(normal, slopes)), scales);
}

/** Where the gradient is that relu lets through: `dy`, or of a `y` written to `to`. */
// @ts-ignore: decorator
@inline
function passing(dy: usize, y: usize, to: usize, n: i32): usize {
  if (y == 0) return dy;
  reluRow(dy, y, to, n);
  return to;
}

/** d = dy; 0 where y ≤ 0 */
function reluRow(dy: usize, y: usize, d: usize, n: i32): void {
  let p = 0;
  for (; p <= n - 8; p += 8, dy += 32, y += 32, d += 32) {
    const low = through(v128.load(dy), v128.load(y));
    const high = through(v128.load(dy, 16), v128.load(y, 16));
    v128.store(d, low);
    v128.store(d, high, 16);
  }
  for (; p < n; p += 4, dy += 16, y += 16, d += 16) {
    const some = min(n - p, 4);
    storeLanes(d, through(loadLanes(dy, some), loadLanes(y, some)), some);
  }
}

// @ts-ignore: decorator
@inline
function through(dy: v128, y: v128): v128 {
  return v128.andnot(dy, f32x4.le(y, f32x4.splat(0)));
}

/** Σ (x − c)² in the order of `sumOf`. */
function sumOfSquares(x: usize, n: i32, c: v128): f32 {
  if (n > BLOCK) {
    const first = firstOf(n);
    return sumOfSquares(x, first, c) + sumOfSquares(x + (<usize>first << 2), n - first, c);
  }
  let low = f32x4.splat(0);
  let high = f32x4.splat(0);
  const end = x + (<usize>(n & ~7) << 2);
  for (; x < end; x += 32) {
    low = f32x4.add(low, square(f32x4.sub(v128.load(x), c)));
    high = f32x4.add(high, square(f32x4.sub(v128.load(x, 16), c)));
  }
  const rest = n & 7;
  if (rest > 0) low = f32x4.add(low, firstLanes(square(f32x4.sub(loadLanes(x, min(rest, 4)), c)), rest));
  if (rest > 4) high = f32x4.add(high, firstLanes(square(f32x4.sub(loadLanes(x + 16, rest - 4), c)), rest - 4));
  return sumOfLanes(f32x4.add(low, high));
}

// @ts-ignore: decorator
@inline
function square(x: v128): v128 {
  return f32x4.mul(x, x);
}

/** Σ d·((x − c)·s) in the order of `sumOf`. */
function sumOfProducts(d: usize, x: usize, n: i32, c: v128, s: v128): f32 {
  if (n > BLOCK) {
    const first = firstOf(n);
    const bytes = <usize>first << 2;
    return sumOfProducts(d, x, first, c, s) + sumOfProducts(d + bytes, x + bytes, n - first, c, s);
  }
  let low = f32x4.splat(0);
  let high = f32x4.splat(0);
  const end = x + (<usize>(n & ~7) << 2);
  for (; x < end; x += 32, d += 32) {
    low = f32x4.add(low, f32x4.mul(v128.load(d), f32x4.mul(f32x4.sub(v128.load(x), c), s)));
    high = f32x4.add(high, f32x4.mul(v128.load(d, 16), f32x4.mul(f32x4.sub(v128.load(x, 16), c), s)));
  }
  const rest = n & 7;
  if (rest > 0) {
    const part = min(rest, 4);
    low = f32x4.add(low, firstLanes(f32x4.mul(loadLanes(d, part), f32x4.mul(f32x4.sub(loadLanes(x, part), c), s)), rest));
  }
  if (rest > 4) {
    const last = f32x4.mul(f32x4.sub(loadLanes(x + 16, rest - 4), c), s);
    high = f32x4.add(high, firstLanes(f32x4.mul(loadLanes(d + 16, rest - 4), last), rest - 4));
  }
  return sumOfLanes(f32x4.add(low, high));
}

/** The others become 0. */
// @ts-ignore: decorator
@inline
function firstLanes(x: v128, count: i32): v128 {
  return v128.and(x, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count)));
}
