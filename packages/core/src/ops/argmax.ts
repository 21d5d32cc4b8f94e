import { type Shape, ShapeError, show, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Tokens } from "../tensor/tokens.ts";
import { type Reduced, type Reduction, reduction } from "./reduced.ts";

/**
 * Where the largest value stands along an axis, or, without one, in the row-major order of all; along several
 * neighbouring axes, in the row-major order of those. Of several that tie the first; NaN is larger than everything.
 * Reads the values, so it is awaited: `Tokens` are known to the host.
 *
 * @throws {RangeError} if there is no such axis, or nothing along it.
 * @throws {ShapeError} if several axes are not neighbours.
 */
export async function argmax<S extends Shape, const O extends Reduction = Record<never, never>>(
  x: Tensor<S>,
  options: O = {} as O,
): Promise<Tokens<Reduced<S, O>>> {
  return firstAlong("argmax", x, options, (value, best) => value > best) as Promise<Tokens<Reduced<S, O>>>;
}

/**
 * The same for the smallest value; NaN is smaller than everything.
 *
 * @throws {RangeError} if there is no such axis, or nothing along it.
 * @throws {ShapeError} if several axes are not neighbours.
 */
export async function argmin<S extends Shape, const O extends Reduction = Record<never, never>>(
  x: Tensor<S>,
  options: O = {} as O,
): Promise<Tokens<Reduced<S, O>>> {
  return firstAlong("argmin", x, options, (value, best) => value < best) as Promise<Tokens<Reduced<S, O>>>;
}

async function firstAlong(
  operation: string,
  x: Tensor,
  options: Reduction,
  isBetter: (value: number, best: number) => boolean,
): Promise<Tokens> {
  const { views, shape, count } = reduction(operation, x, options);
  if (count === 0) throw new RangeError(`${operation}: ${show(x)} has nothing along it`);
  if (views.length > 1)
    throw new ShapeError(`${operation}: the axes of ${show(x)} are not neighbours: transpose it first`);
  const { outer, axis, inner } = views[0]!;
  const values = await x.read();
  const at = new Int32Array(sizeOf(shape));
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let best = values[o * axis * inner + i]!;
      for (let a = 1; a < axis && !Number.isNaN(best); a++) {
        const value = values[(o * axis + a) * inner + i]!;
        if (!isBetter(value, best) && !Number.isNaN(value)) continue;
        best = value;
        at[o * inner + i] = a;
      }
    }
  }
  return new Tokens(at, shape);
}
