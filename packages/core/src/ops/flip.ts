import { anything } from "../arguments/kinds.ts";
import { checkOptions } from "../arguments/options.ts";
import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import { checkAxis, type Shape, stridesOf } from "../tensor/shape.ts";
import { checkTensor, emptyLike, type Tensor } from "../tensor/tensor.ts";

/**
 * The elements along an axis in reverse order: with `axis: -1`, images `[batch, channels, height, width]` in a mirror.
 *
 * @param options.axis - From the front, or, negative, from the back.
 * @throws {RangeError} if there is no such axis.
 */
export function flip<S extends Shape>(x: Tensor<S>, options: { readonly axis: number }): Tensor<S> {
  checkTensor("flip", "x", x);
  const axis = checkAxis("flip", x.shape, checkOptions("flip", options, { axis: anything }).axis);

  const y = emptyLike(x);
  const strides = stridesOf(x.shape);
  const offset = Math.max(0, x.shape[axis]! - 1) * strides[axis]!;
  strides[axis] = -strides[axis]!;
  backend().kernels.stridedCopy(x.storage, y.storage, { shape: x.shape, strides, offset });
  return record("flip", y, [x], (dy) => [() => flip(dy, { axis })]);
}
