import { loadLanes, loadPart, storeLanes, storePart } from "./lanes";
import { BLOCK, firstOf, sumOf, sumOfLanes } from "./reduction";

// Batch normalisation, channel after channel: its images are `image` bytes apart, `pixels` each.

/** See `Kernels.batchNorm`: of `channels` channels. A `residual` of 0 is none. Scratch memory has room for a sum an image. */
export function batchNorm(
  x: usize, residual: usize, gamma: usize, beta: usize, y: usize, mean: usize, variance: usize,
  batch: i32, channels: i32, pixels: i32, image: usize, relu: bool, epsilon: f32, scratch: usize,
): void {
  const share: f32 = 1 / <f32>(batch * pixels);
  const row = <usize>pixels << 2;
  for (let c = 0; c < channels; c++, x += row, y += row, gamma += 4, beta += 4, mean += 4, variance += 4) {
    for (let b = 0; b < batch; b++) store<f32>(scratch + (<usize>b << 2), sumOf(x + b * image, pixels));
    const centre: f32 = sumOf(scratch, batch) * share;
    const centres = f32x4.splat(centre);
    for (let b = 0; b < batch; b++) store<f32>(scratch + (<usize>b << 2), sumOfSquares(x + b * image, pixels, centres));
    const spread: f32 = sumOf(scratch, batch) * share;
    store<f32>(mean, centre);
    store<f32>(variance, spread);
    const scales = f32x4.splat(load<f32>(gamma) / Mathf.sqrt(spread + epsilon));
    const shifts = f32x4.splat(load<f32>(beta));
    for (let b: usize = 0; b < <usize>batch * image; b += image) {
      normaliseRow(x + b, residual == 0 ? 0 : residual + b, y + b, pixels, centres, scales, shifts, relu);
    }
    if (residual != 0) residual += row;
  }
}

/** See `Kernels.normalise`: of `channels` channels of one image after the other. */
export function normalise(
  x: usize, residual: usize, mean: usize, scale: usize, shift: usize, y: usize, batch: i32, channels: i32, pixels: i32, relu: bool,
): void {
  const row = <usize>pixels << 2;
  for (let b = 0; b < batch; b++) {
    for (let c: usize = 0; c < <usize>channels << 2; c += 4, x += row, y += row) {
      const centres = v128.load32_splat(mean + c);
      const scales = v128.load32_splat(scale + c);
      const shifts = v128.load32_splat(shift + c);
      normaliseRow(x, residual, y, pixels, centres, scales, shifts, relu);
      if (residual != 0) residual += row;
    }
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
  // what relu lets through is kept where it is a result, or where dx overwrites it
  let passed = dresidual != 0 ? dresidual : dx;
  for (let c: usize = 0; c < <usize>channels << 2; c += 4, dy += row, x += row, dx += row, passed += row) {
    const inverse: f32 = 1 / Mathf.sqrt(load<f32>(variance + c) + epsilon);
    const centres = f32x4.splat(load<f32>(mean + c));
    const inverses = f32x4.splat(inverse);
    const given = y == 0 ? dy : passed;
    for (let b = 0; b < batch; b++) {
      if (y != 0) reluRow(dy + b * image, y + b * image, passed + b * image, pixels);
      store<f32>(scratch + (<usize>b << 2), sumOf(given + b * image, pixels));
    }
    if (y != 0) y += row;
    const shift = sumOf(scratch, batch);
    for (let b = 0; b < batch; b++) {
      store<f32>(scratch + (<usize>b << 2), sumOfProducts(given + b * image, x + b * image, pixels, centres, inverses));
    }
    const slope = sumOf(scratch, batch);
    store<f32>(dbeta + c, shift);
    store<f32>(dgamma + c, slope);
    const shifts = f32x4.splat(shift * share);
    const slopes = f32x4.splat(slope * share);
    const scales = f32x4.splat(load<f32>(gamma + c) * inverse);
    for (let b = 0; b < batch; b++) {
      let d = given + b * image;
      let from = x + b * image;
      let to = dx + b * image;
      let p = 0;
      for (; p <= pixels - 4; p += 4, d += 16, from += 16, to += 16) {
        const normal = f32x4.mul(f32x4.sub(v128.load(from), centres), inverses);
        v128.store(to, f32x4.mul(f32x4.sub(f32x4.sub(v128.load(d), shifts), f32x4.mul(normal, slopes)), scales));
      }
      if (p < pixels) {
        const normal = f32x4.mul(f32x4.sub(loadPart(from, pixels - p), centres), inverses);
        const last = f32x4.mul(f32x4.sub(f32x4.sub(loadPart(d, pixels - p), shifts), f32x4.mul(normal, slopes)), scales);
        storePart(to, last, pixels - p);
      }
    }
  }
}

/** d = dy; 0 where y ≤ 0 */
function reluRow(dy: usize, y: usize, d: usize, n: i32): void {
  let p = 0;
  for (; p <= n - 8; p += 8, dy += 32, y += 32, d += 32) {
    const low = passing(v128.load(dy), v128.load(y));
    const high = passing(v128.load(dy, 16), v128.load(y, 16));
    v128.store(d, low);
    v128.store(d, high, 16);
  }
  for (; p < n; p += 4, dy += 16, y += 16, d += 16) {
    const some = min(n - p, 4);
    storeLanes(d, passing(loadLanes(dy, some), loadLanes(y, some)), some);
  }
}

// @ts-ignore: decorator
@inline
function passing(dy: v128, y: v128): v128 {
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
