import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { estimate, halfWidth95, mean, sampleVariance } from "./statistics.ts";

describe("an estimate", () => {
  test("worked by hand: 2, 4, 9", () => {
    // mean 5, squares 9 + 1 + 16 = 26, s = √13, t(2) = 4.3027, half-width 4.3027 · √13 / √3
    expect(mean([2, 4, 9])).toBe(5);
    expect(sampleVariance([2, 4, 9])).toBe(13);
    expect(halfWidth95([2, 4, 9])).toBeCloseTo(8.9567, 3);
    expect(estimate([2, 4, 9])).toEqual({ mean: 5, halfWidth: halfWidth95([2, 4, 9]), n: 3 });
  });

  test("of one value has no bounds", () => {
    expect(estimate([0.8])).toEqual({ mean: 0.8, halfWidth: Number.POSITIVE_INFINITY, n: 1 });
  });

  test("needs values", () => {
    expect(() => mean([])).toThrow("mean: there are no values");
    expect(() => estimate([])).toThrow("estimate: there are no values");
    expect(() => sampleVariance([1])).toThrow("sampleVariance: 1 values show no spread");
  });

  test("moves with its values and widens with their scale", () => {
    const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(values, fc.integer({ min: -50, max: 50 }), (x, shift) => {
        const moved = estimate(x.map((value) => 2 * value + shift));
        expect(moved.mean).toBeCloseTo(2 * mean(x) + shift, 8);
        expect(moved.halfWidth).toBeCloseTo(2 * halfWidth95(x), 6);
      }),
    );
  });

  test("covers the true mean 95 times in 100, for three draws from a normal", () => {
    let state = 1;
    const uniform = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
    const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    let covered = 0;
    for (let run = 0; run < 20_000; run++) {
      const { mean: centre, halfWidth } = estimate([normal(), normal(), normal()]);
      if (Math.abs(centre) <= halfWidth) covered++;
    }
    expect(Math.abs(covered / 20_000 - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / 20_000)); // four standard errors
  });
});
