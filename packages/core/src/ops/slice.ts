import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import { checkNumbers, type Shape, ShapeError, show, stridesOf } from "../tensor/shape.ts";
import { checkTensor, empty, type Tensor } from "../tensor/tensor.ts";

/**
 * The block `x[begin₀:end₀, begin₁:end₁, …]`, of the same rank.
 *
 * @throws {ShapeError} unless there is a begin and an end for every axis.
 * @throws {RangeError} unless 0 ≤ begin ≤ end ≤ size on every axis.
 */
export function slice<S extends Shape>(x: Tensor<S>, begin: readonly number[], end: readonly number[]): Tensor<S> {
  checkTensor("slice", "x", x);
  checkNumbers("slice", "begin", begin);
  checkNumbers("slice", "end", end);
  if (begin.length !== x.shape.length || end.length !== x.shape.length) {
    throw new ShapeError(`slice: ${show(x)} from ${show(begin)} to ${show(end)}: give one begin and one end an axis`);
  }
  x.shape.forEach((size, axis) => {
    const [from, to] = [begin[axis]!, end[axis]!];
    if (!(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= size)) {
      throw new RangeError(`slice: ${show(x)} from ${show(begin)} to ${show(end)}: axis ${axis} has 0…${size}`);
    }
  });

  const strides = stridesOf(x.shape);
  const offset = begin.reduce((sum, from, axis) => sum + from * strides[axis]!, 0);
  const y = empty(end.map((to, axis) => to - begin[axis]!)) as Tensor<S>;
  backend().kernels.stridedCopy(x.storage, y.storage, { shape: y.shape, strides, offset });
  const from = [...begin];
  return record("slice", y, [x], (dy) => [() => pad(dy, from, x.shape)]);
}

/** Zeros of `shape` with the block `x` at `begin`: the gradient of `slice`. */
export function pad<S extends Shape>(x: Tensor<S>, begin: readonly number[], shape: Shape): Tensor<S> {
  const strides = stridesOf(shape);
  const offset = begin.reduce((sum, from, axis) => sum + from * strides[axis]!, 0);
  const y = empty(shape) as Tensor<S>;
  backend().kernels.stridedScatter(x.storage, y.storage, { shape: x.shape, strides, offset });
  const end = begin.map((from, axis) => from + x.shape[axis]!);
  return record("pad", y, [x], (dy) => [() => slice(dy, begin, end)]);
}
