// Four lanes of `backends/reference/elementary.ts`, operation by operation: the same constants, the same order, so the same bits.

// @ts-ignore: decorator
@inline
function step(y: v128, x: v128, coefficient: f32): v128 {
  return f32x4.add(f32x4.mul(y, x), f32x4.splat(coefficient));
}

/** 2ⁿ for −126 ≤ n ≤ 127. */
// @ts-ignore: decorator
@inline
function power(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** eˣ; 0 where the result would be denormal. */
export function exp4(x: v128): v128 {
  const n = f32x4.floor(f32x4.add(f32x4.mul(x, f32x4.splat(1.4426950408889634)), f32x4.splat(0.5)));
  const high = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  const r = f32x4.sub(high, f32x4.mul(n, f32x4.splat(-2.1219444e-4)));
  let y = f32x4.splat(1.98756915e-4);
  y = step(y, r, 1.3981999507e-3);
  y = step(y, r, 8.3334519073e-3);
  y = step(y, r, 4.1665795894e-2);
  y = step(y, r, 1.6666665459e-1);
  y = step(y, r, 5.0000001201e-1);
  y = f32x4.add(f32x4.add(f32x4.mul(y, f32x4.mul(r, r)), r), f32x4.splat(1));
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  y = f32x4.mul(f32x4.mul(y, power(half)), power(i32x4.sub(whole, half)));

  y = v128.andnot(y, f32x4.lt(x, f32x4.splat(-87.3365402)));
  y = v128.bitselect(f32x4.splat(Infinity), y, f32x4.gt(x, f32x4.splat(88.7228317)));
  return v128.bitselect(x, y, f32x4.ne(x, x));
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

/** tanh x. */
export function tanh4(x: v128): v128 {
  const a = f32x4.abs(x);
  const s = f32x4.mul(x, x);
  let near = f32x4.splat(-5.70498872745e-3);
  near = step(near, s, 2.06390887954e-2);
  near = step(near, s, -5.37397155531e-2);
  near = step(near, s, 1.33314422036e-1);
  near = step(near, s, -3.33332819422e-1);
  near = f32x4.add(f32x4.mul(f32x4.mul(near, s), x), x);

  const one = f32x4.splat(1);
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(exp4(f32x4.add(a, a)), one)));
  const signed = v128.bitselect(f32x4.neg(far), far, f32x4.lt(x, f32x4.splat(0)));
  return v128.bitselect(near, signed, f32x4.lt(a, f32x4.splat(0.625)));
}

/** 1 / (1 + e⁻ˣ), from the exponential that does not overflow. */
export function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1);
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  return f32x4.div(v128.bitselect(e, one, f32x4.lt(x, f32x4.splat(0))), f32x4.add(one, e));
}
