import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { equal } from "./equal.ts";
import { less } from "./less.ts";
import { mul } from "./mul.ts";
import { asTensor, type Operand, pairwise, type Wider } from "./pairwise.ts";
import { select } from "./select.ts";
import { sub } from "./sub.ts";
import { sumTo } from "./sum.ts";

/**
 * The smaller of `a` and `b` element by element; NaN if one is. Shapes broadcast as in NumPy; a number is a constant
 * scalar. Where both are equal, each has half of the gradient, as in PyTorch.
 *
 * @throws {TypeError} if an operand is neither a tensor nor a number.
 * @throws {ShapeError} if two sizes differ and neither is 1.
 */
export function minimum<A extends Shape = readonly [], B extends Shape = readonly []>(
  a: Operand<A>,
  b: Operand<B>,
): Tensor<Wider<A, B>> {
  const [u, v] = [asTensor("minimum", "a", a), asTensor("minimum", "b", b)];
  const y = pairwise("minimum", u, v, (p, q, out, walk) => backend().kernels.minimum(p, q, out, walk));
  /** dy where the operand is chosen, ½ dy where both are equal, 0 where the other is. */
  const part = (dy: Tensor, isOther: Tensor) => select(equal(isOther, 0), mul(dy, sub(1, mul(equal(u, v), 0.5))));
  return record("minimum", y as Tensor<Wider<A, B>>, [u, v], (dy) => [
    () => sumTo(part(dy, less(v, u)), u.shape),
    () => sumTo(part(dy, less(u, v)), v.shape),
  ]);
}
