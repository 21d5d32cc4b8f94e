import { anything } from "../arguments/kinds.ts";
import { checkOptions } from "../arguments/options.ts";
import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import { checkAxis, type Shape, ShapeError, show, viewAround } from "../tensor/shape.ts";
import { checkTensors, empty, type Tensor } from "../tensor/tensor.ts";
import { slice } from "./slice.ts";

/**
 * Tensors one after another along an axis.
 *
 * @param options.axis - Default 0.
 * @throws {ShapeError} if there are none, or sizes differ on another axis.
 * @throws {RangeError} if there is no such axis.
 */
export function concat<S extends Shape>(given: readonly Tensor<S>[], options: { axis?: number } = {}): Tensor<S> {
  checkTensors("concat", "parts", given);
  const parts = [...given]; // the caller's list may change before the gradient is asked for
  const { axis = 0 } = checkOptions("concat", options, { axis: anything });
  const first = parts[0];
  if (first === undefined) throw new ShapeError("concat: there is nothing to concatenate");
  const at = checkAxis("concat", first.shape, axis);
  for (const part of parts) {
    if (part.shape.length !== first.shape.length || part.shape.some((size, i) => i !== at && size !== first.shape[i])) {
      throw new ShapeError(`concat: ${show(first)} and ${show(part)} differ elsewhere than on axis ${at}`);
    }
  }

  const axes = parts.map((part) => part.shape[at]!);
  const shape = (first.shape as readonly number[]).with(
    at,
    axes.reduce((sum, size) => sum + size, 0),
  );
  const { outer, inner } = viewAround(shape, at);
  const y = empty(shape) as Tensor<S>;
  backend().kernels.concat(
    parts.map((part) => part.storage),
    y.storage,
    { outer, axes, inner },
  );

  return record("concat", y, parts, (dy) => {
    let from = 0;
    return parts.map((part) => {
      const begin = shape.map((_, i) => (i === at ? from : 0));
      from += part.shape[at]!;
      const end = shape.with(at, from);
      return () => slice(dy, begin, end);
    });
  });
}
