import { describe, ofThisCopy } from "../arguments/describe.ts";
import { check, integers } from "../arguments/kinds.ts";
import { flatten, type Nested, shapeOfNested } from "./nested.ts";
import { printed, printsAsString } from "./print.ts";
import {
  checkRank,
  checkShape,
  ownShape,
  type Shape,
  ShapeError,
  type Sizes,
  show,
  sizeOf,
  stridesOf,
} from "./shape.ts";

/**
 * Integers of 32 bits with a shape: token ids, class labels, lengths. They choose, they are not computed with: never
 * differentiated, and known to the host on every backend, so a bad id is an error before any kernel runs.
 */
export class Tokens<out S extends Shape = Shape> {
  static {
    printsAsString(Tokens);
    ofThisCopy(Tokens);
  }

  readonly shape: S;
  readonly size: number;
  readonly data: Int32Array;

  /** @throws {ShapeError} if the shape does not hold exactly that many. */
  constructor(data: Int32Array, shape: S) {
    this.shape = ownShape("Tokens", shape) as Shape as S;
    check("Tokens", "data", data, integers);
    checkCount("Tokens", data, shape);
    this.data = data;
    this.size = data.length;
  }

  /** Shape and values, as of a tensor: `Tokens [2] [3, 1]`. */
  toString(): string {
    return `Tokens ${show(this)} ${printed(this.data, this.shape)}`;
  }

  /** For `JSON.stringify`: shape and all values, row-major. */
  toJSON(): { readonly shape: Shape; readonly data: readonly number[] } {
    return { shape: this.shape, data: Array.from(this.data) };
  }
}

/** Ids, labels or lengths: `[n]`. */
export type TokenVector = Tokens<readonly [number]>;
/** Texts of ids: `[batch, time]`. */
export type TokenMatrix = Tokens<readonly [number, number]>;

/**
 * `tokens([3, 1, 2, 0], [2, 2])`, or nested: `tokens([[3, 1], [2, 0]])`, `tokens(3)`.
 *
 * @throws {ShapeError} if the values do not fill the shape, or are nested unevenly.
 * @throws {TypeError} if a value is not a number.
 * @throws {RangeError} if a value is not an integer of 32 bits.
 */
export function tokens<const S extends Shape>(values: ArrayLike<number>, shape: S): Tokens<Sizes<S>>;
export function tokens(value: number): Tokens<readonly []>;
export function tokens(values: readonly number[] | Int32Array): TokenVector;
export function tokens(values: readonly (readonly number[])[]): TokenMatrix;
export function tokens(values: readonly (readonly (readonly number[])[])[]): Tokens<readonly [number, number, number]>;
export function tokens(values: Nested | ArrayLike<number>, given?: Shape): Tokens {
  const shape = given === undefined ? shapeOfNested("tokens", values as Nested) : given;
  checkShape("tokens", shape);
  if (given !== undefined)
    return new Tokens(
      integersOf(values as ArrayLike<number>, shape, (i) => `value ${i}`),
      shape,
    );
  const flat = new Float64Array(sizeOf(shape));
  flatten("tokens", values as Nested, shape, flat, "an integer");
  return new Tokens(
    integersOf(flat, shape, (i) => `element ${show(indicesOf(i, shape))}`),
    shape,
  );
}

/** @param nameOf - A value in a message. */
function integersOf(values: ArrayLike<number>, shape: Shape, nameOf: (i: number) => string): Int32Array {
  if (typeof values !== "object" || typeof values?.length !== "number")
    throw new TypeError(`tokens: values is ${describe(values)}; it is an array of integers`);
  checkCount("tokens", values, shape);
  const data = new Int32Array(values.length);
  for (let i = 0; i < data.length; i++) {
    const value = values[i];
    if (typeof value !== "number")
      throw new TypeError(`tokens: ${nameOf(i)} is ${describe(value)}, not an integer of 32 bits`);
    data[i] = value;
    if (data[i] !== value) throw new RangeError(`tokens: ${nameOf(i)} is ${value}, not an integer of 32 bits`);
  }
  return data;
}

/** Where the i-th element of a shape is, row-major. */
function indicesOf(i: number, shape: Shape): number[] {
  return stridesOf(shape).map((stride, axis) => Math.floor(i / stride) % shape[axis]!);
}

function checkCount(where: string, values: ArrayLike<number>, shape: Shape): void {
  if (values.length === sizeOf(shape)) return;
  throw new ShapeError(`${where}: ${values.length} values do not fill ${show(shape)}, which holds ${sizeOf(shape)}`);
}

/**
 * @param rank - How many axes it has. Default: any number.
 * @throws {TypeError} unless it is `Tokens`.
 * @throws {ShapeError} unless it has so many axes.
 */
export function checkTokens(where: string, name: string, value: unknown, rank?: number): asserts value is Tokens {
  if (!(value instanceof Tokens))
    throw new TypeError(`${where}: ${name} is ${describe(value)}; it is Tokens: tokens(values, shape) makes them`);
  if (rank !== undefined) checkRank(where, name, value.shape, rank);
}
