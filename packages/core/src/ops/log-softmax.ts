import { anything } from "../arguments/kinds.ts";
import { checkOptions } from "../arguments/options.ts";
import { noGrad } from "../autograd/record.ts";
import { checkAxis, type Shape, show } from "../tensor/shape.ts";
import { checkTensor, type Tensor } from "../tensor/tensor.ts";
import { exp } from "./exp.ts";
import { log } from "./log.ts";
import { max } from "./max.ts";
import { sub } from "./sub.ts";
import { sum } from "./sum.ts";

/**
 * `yᵢ = xᵢ − ln Σⱼ e^xⱼ` along an axis, without overflow.
 *
 * @param options.axis - Default −1, the last.
 * @throws {RangeError} if there is no such axis, or nothing along it.
 */
export function logSoftmax<S extends Shape>(x: Tensor<S>, options: { axis?: number } = {}): Tensor<S> {
  const { z, axis } = shifted("logSoftmax", x, options);
  return sub(z, log(sum(exp(z), { axis, keepDims: true }))) as Tensor<S>;
}

/** `x − max x`: softmax is the same, and no exponential overflows. The shift is a constant to the gradient. */
export function shifted<S extends Shape>(
  operation: string,
  x: Tensor<S>,
  options: { axis?: number },
): { z: Tensor<S>; axis: number } {
  checkTensor(operation, "x", x);
  const { axis = -1 } = checkOptions(operation, options, { axis: anything });
  if (x.shape[checkAxis(operation, x.shape, axis)] === 0) {
    throw new RangeError(`${operation}: ${show(x)} has nothing along axis ${axis}`);
  }
  const largest = noGrad(() => max(x, { axis, keepDims: true }));
  return { z: sub(x, largest) as Tensor<S>, axis };
}
