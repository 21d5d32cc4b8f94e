import { anything, flag } from "../arguments/kinds.ts";
import { checkOptions, type Kinds } from "../arguments/options.ts";
import { checkAxis, type Shape } from "../tensor/shape.ts";
import { checkTensor, type Tensor } from "../tensor/tensor.ts";

/** Which axis a reduction runs over, and whether that axis stays with size 1. */
export interface Reduction {
  /** From the front, or, negative, from the back. Without it, everything is reduced to a scalar. */
  readonly axis?: number;
  readonly keepDims?: boolean;
}

/** The rank after a reduction: 0 without an axis; one less with it; the same with `keepDims`. */
export type Reduced<S extends Shape, O extends Reduction> = O extends { keepDims: true }
  ? S
  : O extends { axis: number }
    ? number extends S["length"]
      ? Shape
      : S extends readonly [number, ...infer Rest extends Shape]
        ? Rest
        : readonly []
    : readonly [];

const REDUCTION: Kinds<Reduction> = { axis: anything, keepDims: flag };

/** The axis counted from the front, the shape with that axis at size 1, and the shape of the result. */
export function reduction(
  operation: string,
  x: Tensor,
  options: Reduction,
): { axis: number | undefined; kept: Shape; shape: Shape } {
  checkTensor(operation, "x", x);
  const { axis, keepDims = false } = checkOptions(operation, options, REDUCTION);
  if (axis === undefined) {
    const kept = x.shape.map(() => 1);
    return { axis: undefined, kept, shape: keepDims ? kept : [] };
  }
  const at = checkAxis(operation, x.shape, axis);
  const kept = x.shape.map((size, i) => (i === at ? 1 : size));
  return { axis: at, kept, shape: keepDims ? kept : x.shape.filter((_, i) => i !== at) };
}
