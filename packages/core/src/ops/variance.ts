import { anything, atLeast0, flag } from "../arguments/kinds.ts";
import { checkOptions, type Kinds } from "../arguments/options.ts";
import { type Shape, show } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { mean } from "./mean.ts";
import { mul } from "./mul.ts";
import { type Reduced, type Reduction, reduction } from "./reduced.ts";
import { square } from "./square.ts";
import { sub } from "./sub.ts";
import { sum } from "./sum.ts";

export interface VarianceOptions extends Reduction {
  /**
   * Subtracted from the count: 1, the default, makes the estimate of a sample's variance unbiased; 0 gives that of the values themselves.
   */
  readonly correction?: number;
}

/**
 * `y = Σ (x − mean x)² / (n − correction)` over one axis, several, or all. PyTorch's `var`, which JavaScript reserves.
 *
 * @throws {RangeError} if there is no such axis, or no more elements along it than the correction.
 */
export function variance<S extends Shape, const O extends VarianceOptions = Record<never, never>>(
  x: Tensor<S>,
  options: O = {} as O,
): Tensor<Reduced<S, O>> {
  return varianceOf("variance", x, options) as Tensor<Reduced<S, O>>;
}

const VARIANCE: Kinds<VarianceOptions> = { axis: anything, keepDims: flag, correction: atLeast0 };

/** @param operation - Named in messages. */
export function varianceOf(operation: string, x: Tensor, options: VarianceOptions): Tensor {
  const { correction = 1, ...axes } = checkOptions<VarianceOptions>(operation, options, VARIANCE);
  const { count } = reduction(operation, x, axes);
  if (count <= correction) {
    const elements = count === 1 ? "1 element" : `${count} elements`;
    throw new RangeError(`${operation}: ${show(x)} has ${elements} to a value, and the correction is ${correction}`);
  }
  const deviations = sub(x, mean(x, { ...axes, keepDims: true }));
  return mul(sum(square(deviations), axes), 1 / (count - correction));
}
