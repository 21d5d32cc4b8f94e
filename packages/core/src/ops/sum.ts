import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import {
  broadcastShape,
  broadcastStrides,
  ownShape,
  type Shape,
  ShapeError,
  type Sizes,
  sameShape,
  show,
} from "../tensor/shape.ts";
import { checkTensor, empty, type Tensor } from "../tensor/tensor.ts";
import { type Reduced, type Reduction, reduction } from "./reduced.ts";
import { reshape } from "./reshape.ts";

/**
 * `y = Σ x` over one axis, several, or all. The order of additions depends on the number of terms alone, and is the same on every CPU
 * backend: up to 8,192 terms in eight lanes, of which lane l adds the terms l, l + 8, l + 16, … and which are then added pairwise; the
 * sums of more are added pairwise. Several neighbouring axes are added up as one; others one after another, from the last. An empty sum
 * is 0.
 *
 * @throws {RangeError} if there is no such axis.
 */
export function sum<S extends Shape, const O extends Reduction = Record<never, never>>(
  x: Tensor<S>,
  options: O = {} as O,
): Tensor<Reduced<S, O>> {
  const { views, kept, shape } = reduction("sum", x, options);
  let y: Tensor = x;
  views.forEach((view, i) => {
    const total = empty(i === views.length - 1 ? shape : [view.outer * view.inner]);
    backend().kernels.sum(y.storage, total.storage, view);
    y = total;
  });
  return record("sum", y, [x], (dy) => [() => broadcastTo(reshape(dy, kept), x.shape)]) as Tensor<Reduced<S, O>>;
}

// The two adjoints of sum stand here: each one's gradient is the other's.

/**
 * `x` repeated along new leading axes and along axes of size 1, to `shape`.
 *
 * @throws {ShapeError} if `x` does not broadcast to exactly that shape.
 */
export function broadcastTo<const S extends Shape>(x: Tensor, wanted: S): Tensor<Sizes<S>> {
  checkTensor("broadcastTo", "x", x);
  const shape = ownShape("broadcastTo", wanted);
  if (!sameShape(broadcastShape("broadcastTo", x.shape, shape), shape)) {
    throw new ShapeError(`broadcastTo: ${show(x)} does not broadcast to ${show(shape)}`);
  }
  const y = empty(shape);
  backend().kernels.stridedCopy(x.storage, y.storage, { shape, strides: broadcastStrides(x.shape, shape), offset: 0 });
  return record("broadcastTo", y, [x], (dy) => [() => sumTo(dy, x.shape)]);
}

/** Undoes broadcasting: adds `x` up over the axes along which `shape` was repeated. The gradient of every broadcast. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const added = x.shape.length - shape.length;
  if (added === 1 && sameShape(x.shape.slice(1), shape)) return sumOfRows(x, shape);
  let y = x;
  for (let axis = 0; axis < x.shape.length; axis++) {
    const repeated = axis < added || (shape[axis - added] === 1 && x.shape[axis] !== 1);
    if (repeated) y = sum(y, { axis, keepDims: true });
  }
  return reshape(y, shape);
}

/** `y = Σ x` over the first axis, as `sum` has it: biases are added to rows in every step of training. */
function sumOfRows(x: Tensor, shape: Shape): Tensor {
  const y = empty(shape);
  backend().kernels.sum(x.storage, y.storage, { outer: 1, axis: x.shape[0]!, inner: y.size });
  return record("sum", y, [x], (dy) => [() => broadcastTo(dy, x.shape)]);
}
