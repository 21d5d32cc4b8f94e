import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { AxisView, Indices } from "../kernels/kernels.ts";
import { indices } from "../tensor/scope.ts";
import { type Shape, show } from "../tensor/shape.ts";
import { empty, type Tensor } from "../tensor/tensor.ts";
import { type Reduced, type Reduction, reduction } from "./reduced.ts";

/**
 * The largest value over one axis, several, or all. NaN is larger than everything. Where several tie, the first in
 * row-major order wins and takes the whole gradient.
 *
 * @throws {RangeError} if there is no such axis, or nothing along it.
 */
export function max<S extends Shape, const O extends Reduction = Record<never, never>>(
  x: Tensor<S>,
  options: O = {} as O,
): Tensor<Reduced<S, O>> {
  const { views, shape, count } = reduction("max", x, options);
  if (count === 0) throw new RangeError(`max: ${show(x)} has nothing to take the maximum of`);
  let y: Tensor = x;
  views.forEach((view, i) => {
    y = largest("max", y, undefined, i === views.length - 1 ? shape : [view.outer * view.inner], view);
  });
  return y as Tensor<Reduced<S, O>>;
}

/** The kernel `max` and its rule, on `x` seen as `[outer, axis, inner]`. */
export function largest(name: string, x: Tensor, lengths: Indices | undefined, shape: Shape, size: AxisView): Tensor {
  const y = empty(shape);
  const argmax = indices(y.size);
  backend().kernels.max(x.storage, lengths, y.storage, argmax, size);
  return record(name, y, [x], (dy) => [() => scatterArgmax(dy, argmax, x.shape, size)]);
}

/** `dx = 0` but for the argmax, which get `dy`. */
function scatterArgmax(dy: Tensor, argmax: Indices, shape: Shape, size: AxisView): Tensor {
  const dx = empty(shape);
  backend().kernels.scatterArgmax(dy.storage, argmax, dx.storage, size);
  return record("max", dx, [dy], (g) => [() => gatherArgmax(g, argmax, dy.shape, size)]);
}

function gatherArgmax(x: Tensor, argmax: Indices, shape: Shape, size: AxisView): Tensor {
  const y = empty(shape);
  backend().kernels.gatherArgmax(x.storage, argmax, y.storage, size);
  return record("max", y, [x], (dy) => [() => scatterArgmax(dy, argmax, x.shape, size)]);
}
