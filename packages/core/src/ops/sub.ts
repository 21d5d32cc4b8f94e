import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { mul } from "./mul.ts";
import { asTensor, type Operand, pairwise, type Wider } from "./pairwise.ts";
import { sumTo } from "./sum.ts";

/**
 * `y = a − b` element by element. Shapes broadcast as in NumPy: aligned at the last axis, sizes equal or 1.
 * A number is a constant scalar.
 *
 * @throws {TypeError} if an operand is neither a tensor nor a number.
 * @throws {ShapeError} if two sizes differ and neither is 1.
 */
export function sub<A extends Shape = readonly [], B extends Shape = readonly []>(
  a: Operand<A>,
  b: Operand<B>,
): Tensor<Wider<A, B>> {
  const [u, v] = [asTensor("sub", "a", a), asTensor("sub", "b", b)];
  const y = pairwise("sub", u, v, (p, q, out, walk) => backend().kernels.sub(p, q, out, walk));
  return record("sub", y as Tensor<Wider<A, B>>, [u, v], (dy) => [
    () => sumTo(dy, u.shape), //
    () => sumTo(mul(dy, -1), v.shape),
  ]);
}
