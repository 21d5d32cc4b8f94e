import { type Shape, show } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { mul } from "./mul.ts";
import { type Reduced, type Reduction, reduction } from "./reduced.ts";
import { sum } from "./sum.ts";

/**
 * `y = Σ x / n` over one axis, or over all.
 *
 * @throws {RangeError} if there is no such axis, or nothing along it to take the mean of.
 */
export function mean<S extends Shape, const O extends Reduction = Record<never, never>>(
  x: Tensor<S>,
  options: O = {} as O,
): Tensor<Reduced<S, O>> {
  const { axis } = reduction("mean", x, options);
  const n = axis === undefined ? x.size : x.shape[axis]!;
  if (n === 0) throw new RangeError(`mean: ${show(x)} has nothing to take the mean of`);
  return mul(sum(x, options), 1 / n) as Tensor<Reduced<S, O>>;
}
