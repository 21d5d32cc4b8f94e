import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

import { asTensor, type Operand, pairwise, type Wider } from "./pairwise.ts";
import { sumTo } from "./sum.ts";

/**
 * `y = a · b` element by element. Shapes broadcast as in NumPy: aligned at the last axis, sizes equal or 1.
 * A number is a constant scalar.
 *
 * @throws {TypeError} if an operand is neither a tensor nor a number.
 * @throws {ShapeError} if two sizes differ and neither is 1.
 */
export function mul<A extends Shape = readonly [], B extends Shape = readonly []>(
  a: Operand<A>,
  b: Operand<B>,
): Tensor<Wider<A, B>> {
  const [u, v] = [asTensor("mul", "a", a), asTensor("mul", "b", b)];
  const y = pairwise("mul", u, v, (p, q, out, walk) => backend().kernels.mul(p, q, out, walk));
  return record("mul", y as Tensor<Wider<A, B>>, [u, v], (dy) => [
    () => sumTo(mul(dy, v), u.shape), //
    () => sumTo(mul(dy, u), v.shape),
  ]);
}
