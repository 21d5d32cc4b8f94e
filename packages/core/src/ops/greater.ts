import { backend } from "../backends/backend.ts";
import { broadcastShape, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { asTensor, type Operand, pairwise, type Wider } from "./pairwise.ts";

/**
 * 1 where `a > b`, else 0, element by element; 0 where either is NaN. Shapes broadcast as in NumPy; a number is a
 * constant scalar. Constant almost everywhere: nothing is recorded.
 *
 * @throws {TypeError} if an operand is neither a tensor nor a number.
 * @throws {ShapeError} if two sizes differ and neither is 1.
 */
export function greater<A extends Shape = readonly [], B extends Shape = readonly []>(
  a: Operand<A>,
  b: Operand<B>,
): Tensor<Wider<A, B>> {
  const [u, v] = [asTensor("greater", "a", a), asTensor("greater", "b", b)];
  broadcastShape("greater", u.shape, v.shape); // names them in their order
  return pairwise("greater", v, u, (p, q, out, walk) => backend().kernels.less(p, q, out, walk)) as Tensor<Wider<A, B>>;
}
