import { type Shape, show } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { max } from "./max.ts";
import { neg } from "./neg.ts";
import { type Reduced, type Reduction, reduction } from "./reduced.ts";

/**
 * The smallest value over one axis, several, or all. NaN is smaller than everything. Where several tie, the first in
 * row-major order wins and takes the whole gradient.
 *
 * @throws {RangeError} if there is no such axis, or nothing along it.
 */
export function min<S extends Shape, const O extends Reduction = Record<never, never>>(
  x: Tensor<S>,
  options: O = {} as O,
): Tensor<Reduced<S, O>> {
  if (reduction("min", x, options).count === 0)
    throw new RangeError(`min: ${show(x)} has nothing to take the minimum of`);
  return neg(max(neg(x), options)) as Tensor<Reduced<S, O>>;
}
