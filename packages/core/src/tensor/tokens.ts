import { describe } from "../arguments/describe.ts";
import { check, integers } from "../arguments/kinds.ts";
import { printed, printsAsString } from "./print.ts";
import { checkRank, checkShape, type Shape, ShapeError, type Sizes, show, sizeOf } from "./shape.ts";

/**
 * Integers of 32 bits with a shape: token ids, class labels, lengths. They choose, they are not computed with: never
 * differentiated, and known to the host on every backend, so a bad id is an error before any kernel runs.
 */
export class Tokens<out S extends Shape = Shape> {
  static {
    printsAsString(Tokens);
  }

  readonly shape: S;
  readonly size: number;
  readonly data: Int32Array;

  /** @throws {ShapeError} if the shape does not hold exactly that many. */
  constructor(data: Int32Array, shape: S) {
    checkShape("Tokens", shape);
    check("Tokens", "data", data, integers);
    checkCount("Tokens", data, shape);
    this.data = data;
    this.shape = shape;
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
 * `tokens([3, 1, 2, 0], [2, 2])`: integers as `Tokens` of that shape.
 *
 * @throws {ShapeError} if the shape does not hold exactly that many.
 * @throws {TypeError} if a value is not a number.
 * @throws {RangeError} if a value is not an integer of 32 bits.
 */
export function tokens<const S extends Shape>(values: ArrayLike<number>, shape: S): Tokens<Sizes<S>> {
  checkShape("tokens", shape);
  if (typeof values !== "object" || typeof values?.length !== "number")
    throw new TypeError(`tokens: values is ${describe(values)}; it is an array of integers`);
  checkCount("tokens", values, shape);
  const data = new Int32Array(values.length);
  for (let i = 0; i < data.length; i++) {
    const value = values[i];
    if (typeof value !== "number")
      throw new TypeError(`tokens: value ${i} is ${describe(value)}, not an integer of 32 bits`);
    data[i] = value;
    if (data[i] !== value) throw new RangeError(`tokens: value ${i} is ${value}, not an integer of 32 bits`);
  }
  return new Tokens<Sizes<S>>(data, shape as Sizes<S>);
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
