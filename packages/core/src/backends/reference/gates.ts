const f = Math.fround;

// tanh and σ of an LSTM's gates, at half the cost of those of `elementary.ts`, which took a quarter of a small LSTM's
// time. tanh is a quotient of polynomials in x² with the least relative error on [−9, 9], beyond which it is 1 in
// float32; σ follows from it. Their errors are below 2⁻²¹ and 2⁻²²: for a σ near 0 more than a few ulp, which `sigmoid`
// keeps to.

/** The coefficient of the highest power first. */
const NUMERATOR = [1.3419736959420795e-8, 2.0661195382002143e-5, 0.0034989917483697597, 0.13383976554296778, 1].map(f);
const DENOMINATOR = [7.804692861392868e-7, 0.0003291031463775208, 0.0258901896738245, 0.46717298036149585, 1].map(f);
const LAST = 9;
/** Below it x² adds nothing to 1, and its products with the coefficients would be denormal, which is slow. */
const LEAST = 2 ** -40;

/** tanh x, in [−1, 1]. */
export function gateTanh(x: number): number {
  const a = within(x, LAST);
  const m = Math.max(Math.abs(a), LEAST);
  const s = f(m * m);
  return within(f(f(a * polynomial(NUMERATOR, s)) / polynomial(DENOMINATOR, s)), 1);
}

/** 1 / (1 + e⁻ˣ) = ½ + ½·tanh(x/2), in [0, 1]. */
export function gateSigmoid(x: number): number {
  return f(f(gateTanh(f(x * 0.5)) * 0.5) + 0.5);
}

/** NaN goes through. */
function within(x: number, bound: number): number {
  return Math.max(-bound, Math.min(x, bound));
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((y, coefficient) => f(f(y * x) + coefficient));
}
