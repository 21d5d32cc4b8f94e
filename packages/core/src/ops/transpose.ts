import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import { checkNumbers, type Shape, ShapeError, show, stridesOf } from "../tensor/shape.ts";
import { checkTensor, empty, type Tensor } from "../tensor/tensor.ts";

/**
 * The axes in another order: axis `i` of the result is axis `axes[i]` of `x`. Without `axes`, the last two change places.
 *
 * @throws {ShapeError} if `axes` is not a permutation of the axes, or, without it, there are fewer than two.
 */
export function transpose<S extends Shape>(x: Tensor<S>, axes?: readonly number[]): Tensor<S> {
  checkTensor("transpose", "x", x);
  if (axes !== undefined) checkNumbers("transpose", "axes", axes);
  const rank = x.shape.length;
  if (axes === undefined && rank < 2) throw new ShapeError(`transpose: ${show(x)} has fewer than two axes`);
  const order = axes ?? [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2];
  if (order.length !== rank || !order.every((_, axis) => order.includes(axis))) {
    throw new ShapeError(`transpose: ${show(order)} is no permutation of the ${rank} axes of ${show(x)}`);
  }

  const strides = stridesOf(x.shape);
  const y = empty(order.map((axis) => x.shape[axis]!)) as Tensor<S>;
  backend().kernels.stridedCopy(x.storage, y.storage, {
    shape: y.shape,
    strides: order.map((axis) => strides[axis]!),
    offset: 0,
  });
  const inverse = order.map((_, axis) => order.indexOf(axis));
  return record("transpose", y, [x], (dy) => [() => transpose(dy, inverse)]);
}
