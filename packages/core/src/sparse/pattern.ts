import { check, integers } from "../arguments/kinds.ts";
import { checkShape, type Shape, show, sizeOf } from "../tensor/shape.ts";

/**
 * Which elements of a tensor are stored: its shape, and their positions. It never changes, so what is made of it is made once, and is kept for as long as
 * somebody has the pattern: index structures for each backend, patterns joined of several. Keyed by this object, never by an array of positions: the same
 * positions in another shape are another pattern.
 */
export class Pattern<out S extends Shape = Shape> {
  readonly shape: S;
  /** Of the whole shape, whether stored or not. */
  readonly size: number;
  /** Row-major, ascending: a copy of what was given, that nobody writes to. */
  readonly positions: Int32Array;

  /**
   * @param where - Who asks, for messages.
   * @throws {TypeError} if the positions are not an `Int32Array`.
   * @throws {RangeError} if they are outside the shape, repeated or out of order.
   */
  constructor(where: string, shape: S, positions: Int32Array) {
    checkShape(where, shape);
    check(where, "positions", positions, integers);
    this.shape = [...shape] as Shape as S;
    this.size = sizeOf(shape);
    this.positions = positions.slice();
    for (let i = 0, previous = -1; i < positions.length; previous = positions[i++]!) {
      if (positions[i]! <= previous || positions[i]! >= this.size) {
        throw new RangeError(
          `${where}: position ${i} is ${positions[i]}; positions of ${show(shape)} ascend within 0–${this.size - 1}`,
        );
      }
    }
  }
}
