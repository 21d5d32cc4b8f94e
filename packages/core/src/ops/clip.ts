import { anyNumber } from "../arguments/kinds.ts";
import { checkOptions } from "../arguments/options.ts";
import { noGrad, record } from "../autograd/record.ts";
import type { Shape } from "../tensor/shape.ts";
import { checkTensor, type Tensor } from "../tensor/tensor.ts";
import { equal } from "./equal.ts";
import { maximum } from "./maximum.ts";
import { minimum } from "./minimum.ts";
import { select } from "./select.ts";

/**
 * `y = min(max(x, options.min), options.max)` element by element; NaN stays NaN. The gradient passes where x is within
 * the bounds, or on one, as in PyTorch's `clamp`.
 *
 * @param options.min - Default: none. Above `options.max`, everything becomes that.
 * @param options.max - Default: none.
 */
export function clip<S extends Shape>(x: Tensor<S>, options: { min?: number; max?: number }): Tensor<S> {
  checkTensor("clip", "x", x);
  const { min = -Infinity, max = Infinity } = checkOptions("clip", options, { min: anyNumber, max: anyNumber });
  const y = noGrad(() => minimum(maximum(x, min), max)) as Tensor<S>;
  return record("clip", y, [x], (dy) => [() => select(equal(x, y), dy) as Tensor<S>]);
}
