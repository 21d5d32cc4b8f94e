import { describe } from "../arguments/describe.ts";
import { backend } from "../backends/backend.ts";
import type { Storage, StridedPair } from "../kernels/kernels.ts";
import { broadcastShape, broadcastStrides, type Shape, type Sizes, sameShape } from "../tensor/shape.ts";
import { empty, emptyLike, type Scalar, Tensor } from "../tensor/tensor.ts";

/** The rank to which two operands broadcast: that of the longer shape. */
export type Wider<A extends Shape, B extends Shape> = number extends A["length"] | B["length"]
  ? Shape
  : A extends readonly [...Sizes<B>, ...Shape]
    ? A
    : B;

/** A tensor, or a number that stands for a constant scalar. */
export type Operand<S extends Shape = Shape> = Tensor<S> | number;

/** @throws {TypeError} unless the operand, called `name`, is a tensor or a number. */
export function asTensor<S extends Shape>(operation: string, name: string, x: Operand<S>): Tensor<S> {
  if (x instanceof Tensor) return x;
  if (typeof x === "number") return constant(x) as Tensor as Tensor<S>;
  throw new TypeError(`${operation}: ${name} is ${describe(x)}; it is a tensor or a number: tensor(values) makes one`);
}

function constant(value: number): Scalar {
  const y = empty([]);
  backend().kernels.fill(value, y.storage);
  return y;
}

/** A new tensor of the common shape of `a` and `b`, overwritten by `kernel`, which reads both as if they had that shape. */
export function pairwise(
  operation: string,
  a: Tensor,
  b: Tensor,
  kernel: (a: Storage, b: Storage, out: Storage, walk: StridedPair) => void,
): Tensor {
  const flat = flatWalk(a, b);
  if (flat !== undefined) {
    const y = emptyLike(flat.a === STAY ? b : a);
    kernel(a.storage, b.storage, y.storage, flat);
    return y;
  }
  const shape = broadcastShape(operation, a.shape, b.shape);
  const y = empty(shape);
  const strides = { a: broadcastStrides(a.shape, shape), b: broadcastStrides(b.shape, shape) };
  kernel(a.storage, b.storage, y.storage, { shape, ...strides });
  return y;
}

const STEP = [1];
const STAY = [0];
const ROW = [0, 1];

/**
 * The walk of one axis, or two, that is enough for equal shapes, a scalar and anything, or `b` in each of the rows of
 * `a`; undefined for others.
 */
function flatWalk(a: Tensor, b: Tensor): StridedPair | undefined {
  if (sameShape(a.shape, b.shape)) return { shape: [a.size], a: STEP, b: STEP };
  if (b.size === 1 && b.shape.length <= a.shape.length) return { shape: [a.size], a: STEP, b: STAY };
  if (a.size === 1 && a.shape.length <= b.shape.length) return { shape: [b.size], a: STAY, b: STEP };
  if (endsWith(a.shape, b.shape) && b.size > 0) return { shape: [a.size / b.size, b.size], a: [b.size, 1], b: ROW };
  return undefined;
}

function endsWith(shape: Shape, end: Shape): boolean {
  const from = shape.length - end.length;
  if (from < 0) return false;
  for (let axis = 0; axis < end.length; axis++) if (shape[from + axis] !== end[axis]) return false;
  return true;
}
