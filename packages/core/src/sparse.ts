import { describe } from "./arguments/describe.ts";
import { check, integers } from "./arguments/kinds.ts";
import { expand } from "./ops/expand.ts";
import { checkRank, checkShape, type Shape, ShapeError, show, sizeOf } from "./shape.ts";
import { checkTensor, Tensor, type Vector } from "./tensor.ts";

/**
 * A tensor most of whose elements do not exist: a fixed pattern of positions, and a differentiable vector with one value a
 * position. What is not in the pattern is 0, has no gradient and no optimiser state, and cannot come back.
 */
export class Sparse<out S extends Shape = Shape> {
  readonly shape: S;
  /** Of the whole shape, whether stored or not. */
  readonly size: number;
  /** Row-major positions of the stored elements, ascending. */
  readonly positions: Int32Array;
  /** `[nnz]`, in the order of the positions. What an optimiser trains. */
  readonly values: Vector;

  /**
   * @throws {TypeError} if the positions are not an `Int32Array`, or the values no tensor.
   * @throws {ShapeError} if there is not one value a position.
   * @throws {RangeError} if positions are outside the shape, repeated or out of order.
   */
  constructor(shape: S, positions: Int32Array, values: Vector) {
    checkShape("Sparse", shape);
    check("Sparse", "positions", positions, integers);
    checkTensor("Sparse", "values", values, 1);
    this.shape = shape;
    this.size = sizeOf(shape);
    this.positions = positions;
    this.values = values;
    if (values.size !== positions.length) {
      throw new ShapeError(`Sparse: ${values.size} values for ${positions.length} positions of ${show(shape)}`);
    }
    if (ascending.get(positions) === this.size) return;
    for (let i = 0, previous = -1; i < positions.length; previous = positions[i++]!) {
      if (positions[i]! <= previous || positions[i]! >= this.size) {
        throw new RangeError(
          `Sparse: position ${i} is ${positions[i]}; positions of ${show(shape)} ascend within 0–${this.size - 1}`,
        );
      }
    }
    ascending.set(positions, this.size);
  }
}

/** Patterns that were checked, and for what size: a pattern never changes, and a layer may join its weights anew at every step. */
const ascending = new WeakMap<Int32Array, number>();

/** What a layer computes with: all of a tensor, or the part of it that a pruning left. */
export type Weight<S extends Shape = Shape> = Tensor<S> | Sparse<S>;

export type WeightVector = Weight<readonly [number]>;
export type WeightMatrix = Weight<readonly [number, number]>;
export type WeightCube = Weight<readonly [number, number, number]>;

/** The weight as a tensor of its full shape, zeros where nothing is stored. Differentiable with respect to the values. */
export function dense<S extends Shape>(weight: Weight<S>): Tensor<S> {
  checkWeight("dense", "weight", weight);
  return weight instanceof Sparse ? expand(weight.values, weight) : weight;
}

/**
 * @param rank - How many axes it has. Default: any number.
 * @throws {TypeError} unless it is a tensor or `Sparse`.
 * @throws {ShapeError} unless it has so many axes.
 */
export function checkWeight(where: string, name: string, value: unknown, rank?: number): asserts value is Weight {
  if (!(value instanceof Tensor) && !(value instanceof Sparse))
    throw new TypeError(`${where}: ${name} is ${describe(value)}; it is a tensor, or Sparse`);
  if (rank !== undefined) checkRank(where, name, value.shape, rank);
}
