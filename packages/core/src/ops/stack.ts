import { anything } from "../arguments/kinds.ts";
import { checkOptions } from "../arguments/options.ts";
import { checkAxis, type Shape, ShapeError, sameShape, show } from "../tensor/shape.ts";
import { checkTensors, type Tensor } from "../tensor/tensor.ts";
import { concat } from "./concat.ts";
import { unsqueeze } from "./unsqueeze.ts";

/**
 * Tensors of one shape, one after another along a new axis: n of `[…]` → `[n, …]`.
 *
 * @param options.axis - Where the new axis stands in the result. Default 0; −1 is the last.
 * @throws {ShapeError} if there are none, or their shapes differ.
 * @throws {RangeError} if the result would have no such axis.
 */
export function stack<S extends Shape>(
  parts: readonly Tensor<S>[],
  options: { axis?: number } = {},
): Tensor<readonly [...S, number]> {
  checkTensors("stack", "parts", parts);
  const { axis = 0 } = checkOptions("stack", options, { axis: anything });
  const first = parts[0];
  if (first === undefined) throw new ShapeError("stack: there is nothing to stack");
  for (const part of parts) {
    if (!sameShape(part.shape, first.shape)) throw new ShapeError(`stack: ${show(first)} and ${show(part)} differ`);
  }
  const at = checkAxis("stack", [...first.shape, 1], axis);
  return concat(
    parts.map((part) => unsqueeze(part, at)),
    { axis: at },
  );
}
