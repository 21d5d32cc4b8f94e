import { noGrad, record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { Shape } from "../tensor/shape.ts";
import { ones, type Tensor, zeros } from "../tensor/tensor.ts";
import { add } from "./add.ts";
import { div } from "./div.ts";
import { greaterEqual } from "./greater-equal.ts";
import { log } from "./log.ts";
import { mul } from "./mul.ts";
import { notEqual } from "./not-equal.ts";
import { asTensor, type Operand, pairwise, type Wider } from "./pairwise.ts";
import { select } from "./select.ts";
import { sub } from "./sub.ts";
import { sumTo } from "./sum.ts";

/** Integer exponents up to here are products. */
const PRODUCTS = 64;

/**
 * `y = aᵇ` element by element; NaN where a < 0 and b is no integer. Shapes broadcast as in NumPy; a number is a constant scalar.
 *
 * An exponent that is a number and an integer from −64 to 64 is computed by products: with the bits of the exponent
 * from the highest, squared and multiplied by `a`; negative ones divide 1 by that. Any other is `e^(b · ln |a|)` with
 * the sign that it has, whose relative error is about 2⁻²⁴ · |b · ln |a||: the same bits on every CPU, unlike
 * `Math.pow`.
 *
 * Gradients as in PyTorch: that of `a` is 0 where b = 0; that of `b` is 0 where a = 0 and b ≥ 0, and NaN where a < 0.
 *
 * @throws {TypeError} if an operand is neither a tensor nor a number.
 * @throws {ShapeError} if two sizes differ and neither is 1.
 */
export function pow<A extends Shape = readonly [], B extends Shape = readonly []>(
  a: Operand<A>,
  b: Operand<B>,
): Tensor<Wider<A, B>> {
  const base = asTensor("pow", "a", a);
  if (Number.isInteger(b) && Math.abs(b as number) <= PRODUCTS) return whole(base, b as number) as Tensor<Wider<A, B>>;
  const exponent = asTensor("pow", "b", b);
  const y = pairwise("pow", base, exponent, (p, q, out, walk) => backend().kernels.pow(p, q, out, walk));
  return record("pow", y as Tensor<Wider<A, B>>, [base, exponent], (dy) => [
    () => {
      const counts = add(notEqual(base, 0), notEqual(exponent, 0)); // 0 · 0⁻¹ would be NaN
      const slope = mul(exponent, pow(base, sub(exponent, 1)));
      return sumTo(select(counts, mul(dy, slope)), base.shape);
    },
    () => {
      const counts = add(notEqual(base, 0), sub(1, greaterEqual(exponent, 0)));
      return sumTo(select(counts, mul(dy, mul(y, log(base)))), exponent.shape);
    },
  ]);
}

/** xⁿ, whose gradient is n·xⁿ⁻¹. */
function whole(x: Tensor, n: number): Tensor {
  const y = noGrad(() => (n < 0 ? div(1, product(x, -n)) : product(x, n)));
  return record("pow", y, [x], (dy) => [() => (n === 0 ? zeros(x.shape) : mul(dy, mul(pow(x, n - 1), n)))]);
}

/** xⁿ, n ≥ 0. */
function product(x: Tensor, n: number): Tensor {
  if (n === 0) return ones(x.shape);
  let y = x;
  for (const bit of n.toString(2).slice(1)) {
    y = mul(y, y);
    if (bit === "1") y = mul(y, x);
  }
  return y === x ? mul(x, 1) : y;
}
