import fc from "fast-check";
import { type Shape, sizeOf } from "../tensor/shape.ts";

/** A tensor as data: made anew on every backend, shrunk by fast-check, printed when it fails. */
export interface Values {
  readonly shape: Shape;
  readonly data: readonly number[];
}

/** Sizes 1–9: every remainder modulo four lanes, one and several blocks of them. */
export const axis: fc.Arbitrary<number> = fc.integer({ min: 1, max: 9 });
/** The same, or nothing at all. */
export const axisOrNone: fc.Arbitrary<number> = fc.integer({ min: 0, max: 9 });

/** Eighths in [−2, 2]: exact in float32 in any order of summation, so backends must agree bit for bit. */
export const eighths: fc.Arbitrary<number> = fc.integer({ min: -16, max: 16 }).map((n) => n / 8);
/** Eighths in [¼, 2]: for logarithms, roots and divisors. */
export const positiveEighths: fc.Arbitrary<number> = fc.integer({ min: 2, max: 16 }).map((n) => n / 8);
/** Eighths in [−2, 2] without 0: off the kink of `relu` and `abs`. */
export const nonZeroEighths: fc.Arbitrary<number> = fc
  .tuple(fc.integer({ min: 1, max: 16 }), fc.boolean())
  .map(([n, negative]) => (negative ? -n : n) / 8);

/** Values of a shape, each drawn from `element`. */
export function valuesOf(shape: Shape, element: fc.Arbitrary<number> = eighths): fc.Arbitrary<Values> {
  const size = sizeOf(shape);
  return fc.array(element, { minLength: size, maxLength: size }).map((data) => ({ shape, data }));
}

/** Values no two of which are equal: off the kinks of a maximum. */
export function distinctValuesOf(shape: Shape): fc.Arbitrary<Values> {
  const size = sizeOf(shape);
  const ranks = Array.from({ length: size }, (_, i) => i);
  return fc
    .shuffledSubarray(ranks, { minLength: size, maxLength: size })
    .map((order) => ({ shape, data: order.map((rank) => (rank - size / 2) / 4) }));
}

/** Integers of a shape, from 0 to below `n`. */
export function idsOf(shape: Shape, n: number): fc.Arbitrary<Values> {
  return valuesOf(shape, fc.nat(n - 1));
}
