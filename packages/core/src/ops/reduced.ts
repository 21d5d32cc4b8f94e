import { describe } from "../arguments/describe.ts";
import { anything, flag } from "../arguments/kinds.ts";
import { checkOptions, type Kinds } from "../arguments/options.ts";
import type { AxisView } from "../kernels/kernels.ts";
import { checkAxis, type Shape, show, sizeOf } from "../tensor/shape.ts";
import { checkTensor, Tensor } from "../tensor/tensor.ts";

/** Which axes a reduction runs over, and whether they stay with size 1. */
export interface Reduction {
  /** From the front, or, negative, from the back; or several of them. Without it, everything is reduced to a scalar. */
  readonly axis?: number | readonly number[];
  readonly keepDims?: boolean;
}

/** The rank after a reduction: 0 without an axis; one less for each axis; the same with `keepDims`. */
export type Reduced<S extends Shape, O extends Reduction> = O extends { keepDims: true }
  ? S
  : O extends { axis: number }
    ? Without<S, readonly [number]>
    : O extends { axis: infer Axes extends readonly number[] }
      ? Without<S, Axes>
      : readonly [];

/** The shape with as many axes fewer. */
type Without<S extends Shape, Axes extends readonly number[]> = number extends S["length"] | Axes["length"]
  ? Shape
  : Axes extends readonly [number, ...infer Others extends readonly number[]]
    ? S extends readonly [number, ...infer Rest extends Shape]
      ? Without<Rest, Others>
      : readonly []
    : S;

const REDUCTION: Kinds<Reduction> = { axis: anything, keepDims: flag };

/** How a reduction is computed. */
export interface ReductionPlan {
  /** Neighbouring axes seen as one, from the last to the first: reduced one after another, each view is of what those before have left. */
  readonly views: readonly AxisView[];
  /** The shape with the reduced axes at size 1. */
  readonly kept: Shape;
  /** Of the result. */
  readonly shape: Shape;
  /** How many elements are reduced to one. */
  readonly count: number;
}

/**
 * @throws {RangeError} if there is no such axis, or one is named twice, or none.
 */
export function reduction(operation: string, x: Tensor, options: Reduction): ReductionPlan {
  checkTensor(operation, "x", x);
  if (options instanceof Tensor) {
    const pair = operation === "max" || operation === "min" ? `; of two tensors it is ${operation}imum(a, b)` : "";
    throw new TypeError(`${operation}: options is a Tensor ${show(options)}; they are { axis, keepDims }${pair}`);
  }
  const { axis, keepDims = false } = checkOptions(operation, options, REDUCTION);
  if (axis === undefined) {
    const kept = x.shape.map(() => 1);
    return { views: [{ outer: 1, axis: x.size, inner: 1 }], kept, shape: keepDims ? kept : [], count: x.size };
  }
  const axes = checkAxes(operation, x.shape, axis);
  const kept = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
  const shape = keepDims ? kept : x.shape.filter((_, i) => !axes.includes(i));
  return { views: viewsOf(x.shape, axes), kept, shape, count: axes.reduce((n, i) => n * x.shape[i]!, 1) };
}

function checkAxes(operation: string, shape: Shape, axis: number | readonly number[]): readonly number[] {
  if (!Array.isArray(axis)) {
    if (typeof axis !== "number")
      throw new TypeError(`${operation}: axis is ${describe(axis)}; it is an integer, or an array of them`);
    return [checkAxis(operation, shape, axis)];
  }
  const axes = axis.map((one: number) => checkAxis(operation, shape, one));
  if (axes.length === 0)
    throw new RangeError(`${operation}: axis is []; name an axis, or leave it out to reduce all of them`);
  if (new Set(axes).size !== axes.length)
    throw new RangeError(`${operation}: axis ${show(axis)} names an axis of ${show(shape)} twice`);
  return axes;
}

function viewsOf(shape: Shape, axes: readonly number[]): AxisView[] {
  const views: AxisView[] = [];
  const sizes = [...shape];
  for (let last = shape.length - 1; last >= 0; last--) {
    if (!axes.includes(last)) continue;
    let first = last;
    while (axes.includes(first - 1)) first--;
    const run = sizes.slice(first, last + 1);
    views.push({ outer: sizeOf(sizes.slice(0, first)), axis: sizeOf(run), inner: sizeOf(sizes.slice(last + 1)) });
    sizes.fill(1, first, last + 1);
    last = first;
  }
  return views;
}
