import { anything } from "../arguments/kinds.ts";
import { checkOptions } from "../arguments/options.ts";
import { type Shape, ShapeError, show } from "../tensor/shape.ts";
import { checkTensor, type Tensor } from "../tensor/tensor.ts";
import { type Reduced, type Reduction, reduction } from "./reduced.ts";
import { reshape } from "./reshape.ts";

/**
 * Without an axis of size 1, several, or all that have it. Shares the memory of `x`.
 *
 * @throws {RangeError} if there is no such axis.
 * @throws {ShapeError} if its size is not 1 (where PyTorch returns `x` as it is).
 */
export function squeeze<S extends Shape, const O extends SqueezeOptions = Record<never, never>>(
  x: Tensor<S>,
  options: O = {} as O,
): Tensor<O extends { axis: number | readonly number[] } ? Reduced<S, O> : Shape> {
  checkTensor("squeeze", "x", x);
  const { axis } = checkOptions<SqueezeOptions>("squeeze", options, { axis: anything });
  const { kept, shape, count } = axis === undefined ? withoutOnes(x) : reduction("squeeze", x, { axis });
  if (count !== 1) {
    const wrong = kept.findIndex((size, i) => size !== x.shape[i]);
    throw new ShapeError(`squeeze: axis ${wrong} of ${show(x)} has size ${x.shape[wrong]}, not 1`);
  }
  return reshape(x, shape) as Tensor as ReturnType<typeof squeeze<S, O>>;
}

type SqueezeOptions = Pick<Reduction, "axis">;

function withoutOnes({ shape }: Tensor): { kept: Shape; shape: Shape; count: number } {
  return { kept: shape, shape: shape.filter((size) => size !== 1), count: 1 };
}
