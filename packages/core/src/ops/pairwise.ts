import { describe } from "../arguments/describe.ts";
import type { Storage, StridedPair } from "../kernels/kernels.ts";
import { broadcastShape, broadcastStrides, type Shape, type Sizes } from "../tensor/shape.ts";
import { empty, full, Tensor } from "../tensor/tensor.ts";

/** The rank to which two operands broadcast: that of the longer shape. */
export type Wider<A extends Shape, B extends Shape> = number extends A["length"] | B["length"]
  ? Shape
  : A extends readonly [...Sizes<B>, ...Shape]
    ? A
    : B;

/** A tensor, or a number that stands for a constant scalar. */
export type Operand<S extends Shape = Shape> = Tensor<S> | number;

/** @throws {TypeError} unless the operand, called `name`, is a tensor or a number. */
export function asTensor<S extends Shape>(operation: string, name: string, x: Operand<S>): Tensor<S> {
  if (x instanceof Tensor) return x;
  if (typeof x === "number") return full<Shape>([], x) as Tensor<S>;
  throw new TypeError(`${operation}: ${name} is ${describe(x)}; it is a tensor or a number: tensor(values) makes one`);
}

/** A new tensor of the common shape of `a` and `b`, overwritten by `kernel`, which reads both as if they had that shape. */
export function pairwise(
  operation: string,
  a: Tensor,
  b: Tensor,
  kernel: (a: Storage, b: Storage, out: Storage, walk: StridedPair) => void,
): Tensor {
  const shape = broadcastShape(operation, a.shape, b.shape);
  const y = empty(shape);
  const strides = { a: broadcastStrides(a.shape, shape), b: broadcastStrides(b.shape, shape) };
  kernel(a.storage, b.storage, y.storage, { shape, ...strides });
  return y;
}
