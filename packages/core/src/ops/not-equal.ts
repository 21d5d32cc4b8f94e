import { broadcastShape, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { equal } from "./equal.ts";
import { asTensor, type Operand, type Wider } from "./pairwise.ts";
import { sub } from "./sub.ts";

/**
 * 1 where `a ≠ b`, else 0, element by element; 1 where either is NaN. Shapes broadcast as in NumPy; a number is a
 * constant scalar. Constant almost everywhere: nothing is recorded.
 *
 * @throws {TypeError} if an operand is neither a tensor nor a number.
 * @throws {ShapeError} if two sizes differ and neither is 1.
 */
export function notEqual<A extends Shape = readonly [], B extends Shape = readonly []>(
  a: Operand<A>,
  b: Operand<B>,
): Tensor<Wider<A, B>> {
  const [u, v] = [asTensor("notEqual", "a", a), asTensor("notEqual", "b", b)];
  broadcastShape("notEqual", u.shape, v.shape);
  return sub(1, equal(u, v)) as Tensor<Wider<A, B>>;
}
