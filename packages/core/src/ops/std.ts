import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { Shape } from "../tensor/shape.ts";
import { emptyLike, type Tensor } from "../tensor/tensor.ts";
import { add } from "./add.ts";
import { div } from "./div.ts";
import { mul } from "./mul.ts";
import type { Reduced } from "./reduced.ts";
import { sign } from "./sign.ts";
import { sub } from "./sub.ts";
import { type VarianceOptions, varianceOf } from "./variance.ts";

/**
 * The standard deviation `y = √variance` over one axis, several, or all. Where it is 0 its gradient is 0, as in PyTorch. Of equal values it
 * is 0 only if their `mean`, which rounds, is exactly that value; else about as far from 0 as the mean is off.
 *
 * @throws {RangeError} if there is no such axis, or no more elements along it than the correction.
 */
export function std<S extends Shape, const O extends VarianceOptions = Record<never, never>>(
  x: Tensor<S>,
  options: O = {} as O,
): Tensor<Reduced<S, O>> {
  const squared = varianceOf("std", x, options);
  const y = emptyLike(squared);
  backend().kernels.sqrt(squared.storage, y.storage);
  return record("std", y, [squared], (dy) => [
    () => {
      const positive = sign(y); // 0 or 1; the divisor is 2y, and 1 where y is 0
      return div(mul(dy, positive), add(mul(y, 2), sub(1, positive)));
    },
  ]) as Tensor<Reduced<S, O>>;
}
