import { broadcastShape, type Shape } from "../tensor/shape.ts";
import { checkTensor, type Tensor } from "../tensor/tensor.ts";
import { add } from "./add.ts";
import { equal } from "./equal.ts";
import { asTensor, type Operand, type Wider } from "./pairwise.ts";
import { select } from "./select.ts";

/**
 * `a` where the mask is not 0, `b` where it is, element by element: the very values, whatever the other holds. Shapes
 * broadcast as in NumPy; a number is a constant scalar. What is not chosen has the gradient 0; the mask, such as `less`
 * gives, has none.
 *
 * @throws {TypeError} if the mask is no tensor, or an operand neither a tensor nor a number.
 * @throws {ShapeError} if two sizes differ and neither is 1.
 */
export function where<M extends Shape, A extends Shape = readonly [], B extends Shape = readonly []>(
  mask: Tensor<M>,
  a: Operand<A>,
  b: Operand<B>,
): Tensor<Wider<M, Wider<A, B>>> {
  checkTensor("where", "mask", mask);
  const [u, v] = [asTensor("where", "a", a), asTensor("where", "b", b)];
  broadcastShape("where", broadcastShape("where", mask.shape, u.shape), v.shape);
  return add(select(mask, u), select(equal(mask, 0), v)) as Tensor as Tensor<Wider<M, Wider<A, B>>>;
}
