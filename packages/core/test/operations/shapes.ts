import fc from "fast-check";
import type { Shape } from "../../src/index.ts";
import { axis, axisOrNone, eighths } from "../../src/testing/index.ts";

/** Between eighths, so at least a sixteenth from each. */
export const besideEighths: fc.Arbitrary<number> = eighths.map((x) => x + 1 / 16);
/** Any shape of up to three axes, empty ones too. */
export const shapeUpTo3: fc.Arbitrary<Shape> = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 });
/** Three axes, none empty. */
export const fullShape: fc.Arbitrary<readonly [number, number, number]> = fc.tuple(
  axis,
  axis,
  fc.integer({ min: 1, max: 4 }),
);

/** Two shapes that broadcast together, in every manner: missing axes, axes of 1, either operand. */
export const broadcastable: fc.Arbitrary<readonly [Shape, Shape]> = fc
  .tuple(fc.array(fc.tuple(axisOrNone, fc.nat(2)), { maxLength: 3 }), fc.nat(3), fc.boolean())
  .map(([axes, missing, swap]) => {
    const a = axes.map(([size, one]) => (one === 1 ? 1 : size));
    const b = axes.map(([size, one]) => (one === 2 ? 1 : size)).slice(Math.min(missing, axes.length));
    return swap ? [b, a] : [a, b];
  });

/** A length for each sequence of a batch, or none. */
export const lengthsFor = (batch: number, time: number): fc.Arbitrary<number[] | undefined> =>
  fc.option(fc.array(fc.integer({ min: 1, max: time }), { minLength: batch, maxLength: batch }), { nil: undefined });
