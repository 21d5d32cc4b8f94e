import { checkShape, type Shape, ShapeError, type Sizes, show, sizeOf } from "./shape.ts";

/**
 * Integers of 32 bits with a shape: token ids, class labels, lengths. They choose, they are not computed with: never
 * differentiated, and known to the host on every backend, so a bad id is an error before any kernel runs.
 */
export class Tokens<out S extends Shape = Shape> {
  readonly shape: S;
  readonly size: number;
  readonly data: Int32Array;

  constructor(data: Int32Array, shape: S) {
    this.data = data;
    this.shape = shape;
    this.size = data.length;
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
 * @throws {RangeError} if a value is not an integer of 32 bits.
 */
export function tokens<const S extends Shape>(values: ArrayLike<number>, shape: S): Tokens<Sizes<S>> {
  checkShape("tokens", shape);
  if (values.length !== sizeOf(shape)) {
    throw new ShapeError(`tokens: ${values.length} values do not fill ${show(shape)}, which holds ${sizeOf(shape)}`);
  }
  const data = Int32Array.from(values);
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== values[i]) throw new RangeError(`tokens: value ${i} is ${values[i]}, not an integer of 32 bits`);
  }
  return new Tokens<Sizes<S>>(data, shape as Sizes<S>);
}
