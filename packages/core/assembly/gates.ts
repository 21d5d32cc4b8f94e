// Four lanes of `backends/reference/gates.ts`, operation by operation: the same constants, the same order, so the same bits.

/**
 * Of the numerator, of the denominator, then the bounds of x and of the result, ½, and the least |x| whose square is
 * taken. As in `elementary.ts`, read from memory.
 */
const RATIONAL: usize = memory.data<f32>([
  1.3419736959420795e-8, 2.0661195382002143e-5, 0.0034989917483697597, 0.13383976554296778, 1,
  7.804692861392868e-7, 0.0003291031463775208, 0.0258901896738245, 0.46717298036149585, 1,
  9, -9, -1, 0.5, 9.094947017729282e-13, // 2⁻⁴⁰
]);

/** All bits but the sign. */
const MAGNITUDE: usize = memory.data<u32>([0x7fffffff]);

// @ts-ignore: decorator
@inline
function constant(i: usize): v128 {
  return v128.load32_splat(RATIONAL + (i << 2));
}

// @ts-ignore: decorator
@inline
function next(y: v128, x: v128, i: usize): v128 {
  return f32x4.add(f32x4.mul(y, x), constant(i));
}

/** x·P(x²) / Q(x²) */
// @ts-ignore: decorator
@inline
export function gateTanh4(x: v128): v128 {
  const a = f32x4.pmax(f32x4.pmin(x, constant(10)), constant(11)); // NaN goes through
  const m = f32x4.pmax(v128.and(a, v128.load32_splat(MAGNITUDE)), constant(14));
  const s = f32x4.mul(m, m);
  let p = next(constant(0), s, 1);
  let q = next(constant(5), s, 6);
  p = next(p, s, 2);
  q = next(q, s, 7);
  p = next(p, s, 3);
  q = next(q, s, 8);
  p = next(p, s, 4);
  q = next(q, s, 9);
  const y = f32x4.div(f32x4.mul(a, p), q);
  return f32x4.pmax(f32x4.pmin(y, constant(4)), constant(12));
}

/** ½ + ½·tanh(x/2) */
// @ts-ignore: decorator
@inline
export function gateSigmoid4(x: v128): v128 {
  const half = constant(13);
  return f32x4.add(f32x4.mul(gateTanh4(f32x4.mul(x, half)), half), half);
}
