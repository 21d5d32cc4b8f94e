import { describe, ofThisCopy } from "../arguments/describe.ts";
import { check, integers } from "../arguments/kinds.ts";
import { printed, printsAsString } from "../tensor/print.ts";
import { checkRank, checkShape, type Shape, ShapeError, sameShape, show } from "../tensor/shape.ts";
import { checkTensor, Tensor, type Vector } from "../tensor/tensor.ts";
import { expand } from "./expand.ts";
import { Pattern } from "./pattern.ts";

/**
 * A tensor most of whose elements do not exist: a fixed pattern of positions, and a differentiable vector with one value a
 * position. What is not in the pattern is 0, has no gradient and no optimiser state, and cannot come back.
 */
export class Sparse<out S extends Shape = Shape> {
  static {
    printsAsString(Sparse);
    ofThisCopy(Sparse);
  }

  /** Shape and positions. Weights that have it in common share the index structures that backends compute with. */
  readonly pattern: Pattern<S>;
  readonly shape: S;
  /** Of the whole shape, whether stored or not. */
  readonly size: number;
  /** `[nnz]`, in the order of the positions. What an optimiser trains. */
  readonly values: Vector;

  /**
   * @param positions - Row-major, ascending, which are copied; or another weight's `pattern`, of this shape.
   * @throws {TypeError} if the positions are not an `Int32Array`, or the values no tensor.
   * @throws {ShapeError} if there is not one value a position, or the pattern has another shape.
   * @throws {RangeError} if positions are outside the shape, repeated or out of order.
   */
  constructor(shape: S, positions: Int32Array | Pattern<S>, values: Vector) {
    checkShape("Sparse", shape);
    if (positions instanceof Pattern && !sameShape(positions.shape, shape))
      throw new ShapeError(`Sparse: a pattern of ${show(positions.shape)} is no pattern of ${show(shape)}`);
    if (!(positions instanceof Pattern)) check("Sparse", "positions", positions, integers);
    checkTensor("Sparse", "values", values, 1);
    const nnz = positions instanceof Pattern ? positions.positions.length : positions.length;
    if (values.size !== nnz)
      throw new ShapeError(`Sparse: ${values.size} values for ${nnz} positions of ${show(shape)}`);
    this.pattern = positions instanceof Pattern ? positions : new Pattern("Sparse", shape, positions);
    this.shape = this.pattern.shape;
    this.size = this.pattern.size;
    this.values = values;
  }

  /** Row-major positions of the stored elements, ascending. Not to be written to. */
  get positions(): Int32Array {
    return this.pattern.positions;
  }

  /** Shape, row-major positions and values of what is stored: `Sparse [2,3], 2 of 6 stored, at [1, 4]: Tensor [2] [0.5000, 1.0000]`. */
  toString(): string {
    const { positions } = this;
    return `Sparse ${show(this)}, ${positions.length} of ${this.size} stored, at ${printed(positions, [positions.length])}: ${this.values}`;
  }

  /** For `JSON.stringify`: shape, positions and values. */
  toJSON(): { readonly shape: Shape; readonly positions: readonly number[]; readonly values: Vector } {
    return { shape: this.shape, positions: Array.from(this.positions), values: this.values };
  }
}

/** What a layer computes with: all of a tensor, or the part of it that a pruning left. */
export type Weight<S extends Shape = Shape> = Tensor<S> | Sparse<S>;

export type WeightVector = Weight<readonly [number]>;
export type WeightMatrix = Weight<readonly [number, number]>;
export type WeightCube = Weight<readonly [number, number, number]>;
export type WeightTensor4 = Weight<readonly [number, number, number, number]>;

/** The weight as a tensor of its full shape, zeros where nothing is stored. Differentiable with respect to the values. */
export function dense<S extends Shape>(weight: Weight<S>): Tensor<S> {
  checkWeight("dense", "weight", weight);
  return weight instanceof Sparse ? expand(weight.values, weight.pattern) : weight;
}

/** Whether a value is a weight: a tensor, or a `Sparse`. */
export function isWeight(value: unknown): value is Weight {
  return value instanceof Tensor || value instanceof Sparse;
}

/** The tensor that holds a weight's stored elements, and is trained: the weight itself, or the values of a `Sparse`. */
export function storedValues(weight: Weight): Tensor {
  checkWeight("storedValues", "weight", weight);
  return weight instanceof Sparse ? weight.values : weight;
}

/** Which elements of a weight are stored: row-major positions, ascending, not to be written to; undefined if all are. */
export function storedPositions(weight: Weight): Int32Array | undefined {
  checkWeight("storedPositions", "weight", weight);
  return weight instanceof Sparse ? weight.positions : undefined;
}

/**
 * A weight of the same shape and the same stored elements, which are these: the values themselves where all are stored.
 *
 * @throws {ShapeError} if the values do not have the shape of `storedValues(weight)`.
 */
export function withStoredValues<S extends Shape>(weight: Weight<S>, values: Tensor): Weight<S> {
  checkWeight("withStoredValues", "weight", weight);
  checkTensor("withStoredValues", "values", values);
  const { shape } = storedValues(weight);
  if (!sameShape(values.shape, shape))
    throw new ShapeError(`withStoredValues: values ${show(values)} for a weight that stores ${show(shape)}`);
  if (!(weight instanceof Sparse)) return values as Tensor as Tensor<S>;
  return new Sparse(weight.shape, weight.pattern, values as Tensor as Vector);
}

/**
 * @param rank - How many axes it has. Default: any number.
 * @throws {TypeError} unless it is a tensor or `Sparse`.
 * @throws {ShapeError} unless it has so many axes.
 */
export function checkWeight(where: string, name: string, value: unknown, rank?: number): asserts value is Weight {
  if (!isWeight(value))
    throw new TypeError(`${where}: ${name} is ${describe(value)}; it is a tensor, or Sparse: tensor(values) makes one`);
  if (rank !== undefined) checkRank(where, name, value.shape, rank);
}
