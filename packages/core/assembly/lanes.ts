// What SIMD leaves to be said: the end of a row, where four lanes would reach into the next, and float32's smallest normal number.

// Loops go in pairs of vectors, whose loads come before their stores: V8's revectoriser (Node 24,
// `--experimental-wasm-revectorize`) makes 256 bits of two neighbours that are stored side by side, if nothing is
// written between what they read. An engine of 128 bits loses nothing. Lanes are results, never terms of one sum, so
// the width changes no bit.

/** Six vectors of 0. */
export const ZEROS: usize = memory.data(96, 64);

/** Lanes 0 … count − 1 from memory, 1 ≤ count ≤ 3; the others are 0. */
export function loadPart(from: usize, count: i32): v128 {
  if (count == 1) return v128.load32_zero(from);
  const two = v128.load64_zero(from);
  return count == 2 ? two : v128.load32_lane(from, two, 2, 8);
}

/** Lanes 0 … count − 1 to memory, 1 ≤ count ≤ 3. */
export function storePart(to: usize, lanes: v128, count: i32): void {
  if (count == 1) {
    v128.store32_lane(to, lanes, 0);
    return;
  }
  v128.store64_lane(to, lanes, 0);
  if (count == 3) v128.store32_lane(to, lanes, 2, 8);
}

/** Lanes 0 … count − 1 from memory, 1 ≤ count ≤ 4. */
export function loadLanes(from: usize, count: i32): v128 {
  return count == 4 ? v128.load(from) : loadPart(from, count);
}

/** Lanes 0 … count − 1 to memory, 1 ≤ count ≤ 4. */
export function storeLanes(to: usize, lanes: v128, count: i32): void {
  if (count == 4) v128.store(to, lanes);
  else storePart(to, lanes, count);
}

/**
 * sum + a·b: rounded twice, the arithmetic of the reference, or once where this is compiled with relaxed SIMD. All that differs between
 * the arithmetics `strict` and `fma` is here.
 */
// @ts-ignore: decorator
@inline
export function multiplyAdd(sum: v128, a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(sum, f32x4.mul(a, b));
}

/** Lanes below the smallest normal number become 0; NaN stays. */
// @ts-ignore: decorator
@inline
export function flush(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), f32x4.splat(1.1754943508222875e-38)));
}

/** Four rows of four, `step` bytes apart, become four columns. */
// @ts-ignore: decorator
@inline
export function transpose4(from: usize, step: usize, to: usize, toStep: usize): void {
  const row0 = v128.load(from);
  const row1 = v128.load(from + step);
  const row2 = v128.load(from + 2 * step);
  const row3 = v128.load(from + 3 * step);
  const low01 = i32x4.shuffle(row0, row1, 0, 4, 1, 5);
  const high01 = i32x4.shuffle(row0, row1, 2, 6, 3, 7);
  const low23 = i32x4.shuffle(row2, row3, 0, 4, 1, 5);
  const high23 = i32x4.shuffle(row2, row3, 2, 6, 3, 7);
  v128.store(to, i64x2.shuffle(low01, low23, 0, 2));
  v128.store(to + toStep, i64x2.shuffle(low01, low23, 1, 3));
  v128.store(to + 2 * toStep, i64x2.shuffle(high01, high23, 0, 2));
  v128.store(to + 3 * toStep, i64x2.shuffle(high01, high23, 1, 3));
}
