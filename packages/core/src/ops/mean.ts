import { type Shape, show } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { mul } from "./mul.ts";
import { type Reduced, type Reduction, reduction } from "./reduced.ts";
import { sum } from "./sum.ts";

/**
 * `y = Σ x / n` over one axis, several, or all, computed as the sum times `1 / n`, both rounded to float32. So the mean of equal
 * values may differ from them in its last bits: of three by up to 1.2e-7 of them, of thousands by up to about 1e-5.
 *
 * @throws {RangeError} if there is no such axis, or nothing along it to take the mean of.
 */
export function mean<S extends Shape, const O extends Reduction = Record<never, never>>(
  x: Tensor<S>,
  options: O = {} as O,
): Tensor<Reduced<S, O>> {
  const { count } = reduction("mean", x, options);
  if (count === 0) throw new RangeError(`mean: ${show(x)} has nothing to take the mean of`);
  return mul(sum(x, options), 1 / count) as Tensor<Reduced<S, O>>;
}
