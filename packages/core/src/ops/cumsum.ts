import { anything } from "../arguments/kinds.ts";
import { checkOptions } from "../arguments/options.ts";
import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import { checkAxis, type Shape, viewAround } from "../tensor/shape.ts";
import { checkTensor, emptyLike, type Tensor } from "../tensor/tensor.ts";

/**
 * Running totals along an axis, `yᵢ = Σ_{j ≤ i} xⱼ`, each the one before plus an element.
 *
 * @param options.axis - Default −1, the last.
 * @throws {RangeError} if there is no such axis.
 */
export function cumsum<S extends Shape>(x: Tensor<S>, options: { axis?: number } = {}): Tensor<S> {
  checkTensor("cumsum", "x", x);
  const { axis = -1 } = checkOptions("cumsum", options, { axis: anything });
  return totals(x, checkAxis("cumsum", x.shape, axis), false);
}

/** @param reverse - From the end: the gradient of the other. */
function totals<S extends Shape>(x: Tensor<S>, axis: number, reverse: boolean): Tensor<S> {
  const y = emptyLike(x);
  backend().kernels.cumsum(x.storage, y.storage, { ...viewAround(x.shape, axis), reverse });
  return record("cumsum", y, [x], (dy) => [() => totals(dy, axis, !reverse)]);
}
