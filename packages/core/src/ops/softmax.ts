import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { div } from "./div.ts";
import { exp } from "./exp.ts";
import { shifted } from "./log-softmax.ts";
import { sum } from "./sum.ts";

/**
 * `yᵢ = e^xᵢ / Σⱼ e^xⱼ` along an axis, without overflow.
 *
 * @param options.axis - Default −1, the last.
 * @throws {RangeError} if there is no such axis, or nothing along it.
 */
export function softmax<S extends Shape>(x: Tensor<S>, options: { axis?: number } = {}): Tensor<S> {
  const { z, axis } = shifted("softmax", x, options);
  const e = exp(z);
  return div(e, sum(e, { axis, keepDims: true })) as Tensor<S>;
}
