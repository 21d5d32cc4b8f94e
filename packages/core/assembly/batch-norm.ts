import { loadLanes, loadPart, storePart } from "./lanes";
import { BLOCK, firstOf, sumOf, sumOfLanes } from "./reduction";

// Batch normalisation, channel after channel: its images are `image` bytes apart, `pixels` each.

/** See `Kernels.batchNorm`: of `channels` channels. Scratch memory has room for a sum an image. */
export function batchNorm(
  x: usize, gamma: usize, beta: usize, y: usize, mean: usize, variance: usize,
  batch: i32, channels: i32, pixels: i32, image: usize, epsilon: f32, scratch: usize,
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
    for (let b = 0; b < batch; b++) {
      let from = x + b * image;
      let to = y + b * image;
      let p = 0;
      for (; p <= pixels - 4; p += 4, from += 16, to += 16) {
        v128.store(to, f32x4.add(f32x4.mul(f32x4.sub(v128.load(from), centres), scales), shifts));
      }
      if (p < pixels) storePart(to, f32x4.add(f32x4.mul(f32x4.sub(loadPart(from, pixels - p), centres), scales), shifts), pixels - p);
    }
  }
}

/** See `Kernels.batchNormGradient`, likewise. */
export function batchNormGradient(
  dy: usize, x: usize, gamma: usize, mean: usize, variance: usize, dx: usize, dgamma: usize, dbeta: usize,
  batch: i32, channels: i32, pixels: i32, image: usize, epsilon: f32, scratch: usize,
): void {
  const share: f32 = 1 / <f32>(batch * pixels);
  const row = <usize>pixels << 2;
  for (let c: usize = 0; c < <usize>channels << 2; c += 4, dy += row, x += row, dx += row) {
    const inverse: f32 = 1 / Mathf.sqrt(load<f32>(variance + c) + epsilon);
    const centres = f32x4.splat(load<f32>(mean + c));
    const inverses = f32x4.splat(inverse);
    for (let b = 0; b < batch; b++) store<f32>(scratch + (<usize>b << 2), sumOf(dy + b * image, pixels));
    const shift = sumOf(scratch, batch);
    for (let b = 0; b < batch; b++) {
      store<f32>(scratch + (<usize>b << 2), sumOfProducts(dy + b * image, x + b * image, pixels, centres, inverses));
    }
    const slope = sumOf(scratch, batch);
    store<f32>(dbeta + c, shift);
    store<f32>(dgamma + c, slope);
    const shifts = f32x4.splat(shift * share);
    const slopes = f32x4.splat(slope * share);
    const scales = f32x4.splat(load<f32>(gamma + c) * inverse);
    for (let b = 0; b < batch; b++) {
      let d = dy + b * image;
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
