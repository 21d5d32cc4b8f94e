import { describe } from "../arguments/describe.ts";
import type { AxisView } from "../kernels/kernels.ts";

/** Sizes of the axes, outermost first. `[]` is a scalar. */
export type Shape = readonly number[];

/** A shape of the same rank whose sizes are known at run time only: `readonly [2, 3]` → `readonly [number, number]`. */
export type Sizes<S extends Shape> = { readonly [Axis in keyof S]: number };

/** Two shapes, or a shape and an option, do not fit. The message names the operation and shows both. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** `[2,3,4]`, as it stands in messages. */
export function show(value: { readonly shape: Shape } | Shape): string {
  return `[${("shape" in value ? value.shape : value).join(",")}]`;
}

/** The number of elements: the product of the sizes, 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let axis = 0; axis < shape.length; axis++) size *= shape[axis]!;
  return size;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  for (let axis = shape.length - 1, stride = 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

/**
 * The shape that both operands broadcast to: aligned at the last axis, sizes equal or 1 (NumPy's rule).
 *
 * @throws {ShapeError} if two sizes differ and neither is 1.
 */
export function broadcastShape(operation: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const sizeA = a[axis - rank + a.length] ?? 1;
    const sizeB = b[axis - rank + b.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw new ShapeError(
        `${operation}: ${show(a)} and ${show(b)} do not broadcast: sizes ${sizeA} and ${sizeB} on axis ${axis - rank}`,
      );
    }
    return sizeA === 1 ? sizeB : sizeA;
  });
}

/** Strides with which an operand of shape `from` is read as if it had the shape `to`: 0 on every broadcast axis. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const strides = stridesOf(from);
  const added = to.length - from.length;
  return to.map((_, axis) => (axis < added || from[axis - added] === 1 ? 0 : strides[axis - added]!));
}

/**
 * An axis counted from the front; −1 is the last.
 *
 * @throws {RangeError} if there is no such axis.
 */
export function checkAxis(operation: string, shape: Shape, axis: number): number {
  if (typeof axis !== "number") throw new TypeError(`${operation}: axis is ${describe(axis)}; it is an integer`);
  if (!Number.isInteger(axis) || axis < -shape.length || axis >= shape.length) {
    const range = shape.length === 0 ? "a scalar has none" : `it has axes ${-shape.length}…${shape.length - 1}`;
    throw new RangeError(`${operation}: ${show(shape)} has no axis ${axis}: ${range}`);
  }
  return axis < 0 ? axis + shape.length : axis;
}

/**
 * @returns its number of elements.
 * @throws {TypeError} unless the shape is an array of numbers.
 * @throws {ShapeError} unless every size is a non-negative integer and their product a safe one.
 */
export function checkShape(operation: string, shape: Shape): number {
  if (!Array.isArray(shape)) checkNumbers(operation, "shape", shape);
  let size = 1;
  for (let axis = 0; axis < shape.length; axis++) {
    const n = shape[axis]!;
    if (Number.isInteger(n) && n >= 0 && Number.isSafeInteger((size *= n))) continue;
    checkNumbers(operation, "shape", shape);
    throw new ShapeError(`${operation}: ${show(shape)} is no shape: sizes are integers from 0`);
  }
  return size;
}

/**
 * A copy of a caller's shape, checked: a tensor's shape stays what it is when the caller's array changes.
 *
 * @throws {TypeError | ShapeError} as `checkShape`.
 */
export function ownShape<S extends Shape>(operation: string, shape: S): Sizes<S> {
  checkShape(operation, shape);
  return shape.slice() as Shape as Sizes<S>;
}

/** @throws {TypeError} unless it is an array of numbers. */
export function checkNumbers(operation: string, name: string, values: readonly number[]): void {
  if (!Array.isArray(values))
    throw new TypeError(`${operation}: ${name} is ${describe(values)}; it is an array of integers`);
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] === "number") continue;
    throw new TypeError(`${operation}: ${name}[${i}] is ${describe(values[i])}; it is an integer`);
  }
}

export function viewAround(shape: Shape, axis: number): AxisView {
  return { outer: sizeOf(shape.slice(0, axis)), axis: shape[axis]!, inner: sizeOf(shape.slice(axis + 1)) };
}

/** @throws {ShapeError} unless the shape has so many axes. */
export function checkRank(operation: string, name: string, shape: Shape, rank: number): void {
  if (shape.length === rank) return;
  const axes = rank === 1 ? "one axis" : `${rank} axes`;
  throw new ShapeError(`${operation}: ${name} is ${show(shape)}; it has ${rank === 0 ? "no axes: a scalar" : axes}`);
}
