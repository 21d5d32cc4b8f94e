// Four lanes of `backends/reference/elementary.ts`, operation by operation: the same constants, the same order, so the same bits.

//
// Constants are read from memory: V8 makes a constant vector by three instructions each time, two of them on the one
// port that shuffles, and a polynomial would wait for those.

const POLYNOMIALS: usize = memory.data<f32>([
  1.4426950408889634, 0.693359375, -2.1219444e-4, 0.5, 1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2,
  1.6666665459e-1, 5.0000001201e-1, 1, 12582912, -87.3365402, 88.7228317, Infinity, 88,
  0.625, 2, -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1, 0,
]);

/** The `i`-th of them in all lanes. */
// @ts-ignore: decorator
@inline
function constant(i: usize): v128 {
  return v128.load32_splat(POLYNOMIALS + (i << 2));
}

// @ts-ignore: decorator
@inline
function next(y: v128, x: v128, i: usize): v128 {
  return f32x4.add(f32x4.mul(y, x), constant(i));
}

// @ts-ignore: decorator
@inline
function step(y: v128, x: v128, coefficient: f32): v128 {
  return f32x4.add(f32x4.mul(y, x), f32x4.splat(coefficient));
}

/** The whole number n nearest to x/ln 2. */
// @ts-ignore: decorator
@inline
function octaves(x: v128): v128 {
  return f32x4.floor(f32x4.add(f32x4.mul(x, constant(0)), constant(3)));
}

/** e^(x − n·ln 2) */
// @ts-ignore: decorator
@inline
function within(x: v128, n: v128): v128 {
  const high = f32x4.sub(x, f32x4.mul(n, constant(1)));
  const r = f32x4.sub(high, f32x4.mul(n, constant(2)));
  let y = constant(4);
  y = next(y, r, 5);
  y = next(y, r, 6);
  y = next(y, r, 7);
  y = next(y, r, 8);
  y = next(y, r, 9);
  return f32x4.add(f32x4.add(f32x4.mul(y, f32x4.mul(r, r)), r), constant(10));
}

/** 2ⁿ for −126 ≤ n ≤ 127. */
// @ts-ignore: decorator
@inline
function power(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** The same for n in float32: added to 1.5·2²³, its bits are the lowest of the sum. */
// @ts-ignore: decorator
@inline
function powerOf(n: v128): v128 {
  return i32x4.add(i32x4.shl(f32x4.add(n, constant(11)), 23), constant(10)); // the bits of 1 are 127 << 23
}

/** eˣ; 0 where the result would be denormal. */
export function exp4(x: v128): v128 {
  const n = octaves(x);
  const y = within(x, n);
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  let result = f32x4.mul(f32x4.mul(y, power(half)), power(i32x4.sub(whole, half)));

  result = v128.andnot(result, f32x4.lt(x, constant(12)));
  result = v128.bitselect(constant(14), result, f32x4.gt(x, constant(13)));
  return v128.bitselect(x, result, f32x4.ne(x, x));
}

/** ln x. */
export function log4(x: v128): v128 {
  const denormal = f32x4.lt(x, f32x4.splat(1.1754943508222875e-38));
  const scaled = v128.bitselect(f32x4.mul(x, f32x4.splat(16777216)), x, denormal);
  const shift = i32x4.add(i32x4.splat(126), v128.and(denormal, i32x4.splat(24)));
  let e = i32x4.sub(i32x4.shr_u(scaled, 23), shift);
  // the fraction, in [½, 1)
  let m = v128.or(v128.and(scaled, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000));
  const small = f32x4.lt(m, f32x4.splat(0.7071067811865476));
  e = i32x4.add(e, small); // a true lane is −1
  m = f32x4.add(m, v128.and(small, m));
  m = f32x4.sub(m, f32x4.splat(1));
  const z = f32x4.mul(m, m);
  let y = f32x4.splat(7.0376836292e-2);
  y = step(y, m, -1.151461031e-1);
  y = step(y, m, 1.167699874e-1);
  y = step(y, m, -1.2420140846e-1);
  y = step(y, m, 1.4249322787e-1);
  y = step(y, m, -1.6668057665e-1);
  y = step(y, m, 2.0000714765e-1);
  y = step(y, m, -2.4999993993e-1);
  y = step(y, m, 3.3333331174e-1);
  y = f32x4.mul(f32x4.mul(y, m), z);
  const exponent = f32x4.convert_i32x4_s(e);
  y = f32x4.add(y, f32x4.mul(exponent, f32x4.splat(-2.1219444e-4)));
  y = f32x4.add(f32x4.sub(y, f32x4.mul(f32x4.splat(0.5), z)), m);
  y = f32x4.add(y, f32x4.mul(exponent, f32x4.splat(0.693359375)));

  y = v128.bitselect(x, y, f32x4.eq(x, f32x4.splat(Infinity)));
  const zero = f32x4.splat(0);
  y = v128.bitselect(y, f32x4.splat(NaN), f32x4.gt(x, zero));
  return v128.bitselect(f32x4.splat(-Infinity), y, f32x4.eq(x, zero));
}

/** ln (1 + x). */
export function log1p4(x: v128): v128 {
  const u = f32x4.add(f32x4.splat(1), x);
  const d = f32x4.sub(u, f32x4.splat(1));
  const y = f32x4.mul(log4(u), f32x4.div(x, d));
  const same = v128.or(f32x4.eq(d, f32x4.splat(0)), f32x4.eq(x, f32x4.splat(Infinity)));
  return v128.bitselect(x, y, same);
}

/** tanh x. */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const a = f32x4.abs(x);
  const s = f32x4.mul(x, x);
  let near = constant(18);
  near = next(near, s, 19);
  near = next(near, s, 20);
  near = next(near, s, 21);
  near = next(near, s, 22);
  near = f32x4.add(f32x4.mul(f32x4.mul(near, s), x), x);

  // from e⁸⁸ on, as for infinity, tanh is 1
  const twice = f32x4.pmin(f32x4.add(a, a), constant(15));
  const n = octaves(twice);
  const e = f32x4.mul(within(twice, n), powerOf(n));
  const far = f32x4.sub(constant(10), f32x4.div(constant(17), f32x4.add(e, constant(10))));
  const signed = v128.or(far, v128.xor(x, a)); // far is positive, x ⊕ |x| is the sign
  return v128.bitselect(near, signed, f32x4.lt(a, constant(16)));
}

/** 1 / (1 + e⁻ˣ), from the exponential that does not overflow. */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const minus = f32x4.neg(f32x4.abs(x));
  const n = octaves(minus);
  const e = v128.andnot(f32x4.mul(within(minus, n), powerOf(n)), f32x4.lt(minus, constant(12)));
  return f32x4.div(v128.bitselect(e, constant(10), f32x4.lt(x, constant(23))), f32x4.add(constant(10), e));
}

/** aᵇ */
export function pow4(a: v128, b: v128): v128 {
  const one = f32x4.splat(1);
  const size = f32x4.abs(a);
  const power = v128.bitselect(
    one, exp4(f32x4.mul(b, log4(size))), v128.and(f32x4.eq(size, one), f32x4.eq(b, b)),
  );
  const whole = f32x4.eq(f32x4.floor(b), b);
  const half = f32x4.mul(b, f32x4.splat(0.5));
  const odd = v128.and(whole, f32x4.ne(f32x4.floor(half), half));
  const sign = v128.and(v128.and(a, odd), i32x4.splat(0x80000000));
  const isNaN = v128.andnot(v128.and(f32x4.lt(a, f32x4.splat(0)), f32x4.gt(a, f32x4.splat(-Infinity))), whole);
  const result = v128.bitselect(f32x4.splat(NaN), v128.xor(power, sign), isNaN);
  return v128.bitselect(one, result, v128.or(f32x4.eq(b, f32x4.splat(0)), f32x4.eq(a, one)));
}
