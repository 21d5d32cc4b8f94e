import { checkShape, type Shape, ShapeError, type ShapeOf, show, sizeOf } from "./shape.ts";

/**
 * Integers of 32 bits with a shape: token ids, class labels, lengths. They choose, they are not computed with: never
 * differentiated, and known to the host on every backend, so a bad id is an error before any kernel runs.
 */
export class Tokens<R extends number = number> {
  readonly shape: ShapeOf<R>;
  readonly size: number;
  readonly data: Int32Array;

  constructor(data: Int32Array, shape: ShapeOf<R>) {
    this.data = data;
    this.shape = shape;
    this.size = data.length;
  }
}

/**
 * `tokens([3, 1, 2, 0], [2, 2])`: integers as `Tokens` of that shape.
 *
 * @throws {ShapeError} if the shape does not hold exactly that many.
 * @throws {RangeError} if a value is not an integer of 32 bits.
 */
export function tokens<const S extends Shape>(values: ArrayLike<number>, shape: S): Tokens<S["length"]> {
  checkShape("tokens", shape);
  if (values.length !== sizeOf(shape)) {
    throw new ShapeError(`tokens: ${values.length} values do not fill ${show(shape)}, which holds ${sizeOf(shape)}`);
  }
  const data = Int32Array.from(values);
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== values[i]) throw new RangeError(`tokens: value ${i} is ${values[i]}, not an integer of 32 bits`);
  }
  return new Tokens<S["length"]>(data, shape as Shape as ShapeOf<S["length"]>);
}
