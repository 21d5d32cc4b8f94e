import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { estimate, halfWidth95, mean, pairedDifference, sampleStandardDeviation, studentT95 } from "./statistics.ts";

describe("Student's t", () => {
  // Two-sided 95 %, as printed in the tables (Fisher & Yates 1938, Table III); df 1–30.
  const printed = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
    2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
  ];

  test.each(printed.map((t, i) => [i + 1, t] as const))("with %i degrees of freedom is %f", (df, t) => {
    expect(Math.round(studentT95(df) * 1000) / 1000).toBe(t);
  });

  test("has closed forms for 1 and 2 degrees of freedom", () => {
    expect(studentT95(1)).toBeCloseTo(Math.tan(0.475 * Math.PI), 10);
    expect(studentT95(2)).toBeCloseTo(0.95 * Math.sqrt(2 / (1 - 0.95 ** 2)), 10);
  });

  test("falls towards the normal's 1.96", () => {
    expect(studentT95(Number.POSITIVE_INFINITY)).toBeCloseTo(1.959964, 6);
    expect(studentT95(60)).toBeCloseTo(2.0003, 4);
    expect(studentT95(1000)).toBeCloseTo(1.9623, 4);
    for (let df = 1; df < 200; df++) expect(studentT95(df)).toBeGreaterThan(studentT95(df + 1));
  });

  test("asks the engine for nothing that engines round differently", () => {
    const names = ["sin", "cos", "tan", "atan", "exp", "log", "pow"] as const;
    const spies = names.map((name) =>
      vi.spyOn(Math, name).mockImplementation(() => {
        throw new Error(`Math.${name}`);
      }),
    );
    try {
      expect(halfWidth95([1, 2, 4])).toBeCloseTo(3.7946, 4); // 4.3027 · 1.5275 / √3
      expect(studentT95(3)).toBeCloseTo(3.18244630528371, 12);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  });

  test("refuses anything but a positive whole number", () => {
    expect(() => studentT95(0)).toThrow("studentT95: 0 degrees of freedom");
    expect(() => studentT95(1.5)).toThrow("studentT95: 1.5 degrees of freedom");
  });
});

describe("an estimate", () => {
  test("worked by hand: 2, 4, 9", () => {
    // mean 5, squares 9 + 1 + 16 = 26, s = √13, t(2) = 4.3027, half-width 4.3027 · √13 / √3
    expect(mean([2, 4, 9])).toBe(5);
    expect(sampleStandardDeviation([2, 4, 9])).toBeCloseTo(Math.sqrt(13), 12);
    expect(halfWidth95([2, 4, 9])).toBeCloseTo(8.9567, 3);
    expect(estimate([2, 4, 9])).toEqual({ mean: 5, halfWidth: halfWidth95([2, 4, 9]), n: 3 });
  });

  test("of one value has no bounds", () => {
    expect(estimate([0.8])).toEqual({ mean: 0.8, halfWidth: Number.POSITIVE_INFINITY, n: 1 });
  });

  test("needs values", () => {
    expect(() => mean([])).toThrow("mean: there are no values");
    expect(() => estimate([])).toThrow("mean: there are no values");
    expect(() => sampleStandardDeviation([1])).toThrow("sampleStandardDeviation: 1 values show no spread");
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

describe("a paired difference", () => {
  test("cancels what the seed does to both", () => {
    const difference = pairedDifference([0.81, 0.91, 0.71], [0.8, 0.9, 0.7]);
    expect(difference.mean).toBeCloseTo(0.01, 12);
    expect(difference.halfWidth).toBeLessThan(1e-12);
    expect(difference.n).toBe(3);
  });

  test("needs pairs", () => {
    expect(() => pairedDifference([1], [1, 2])).toThrow("pairedDifference: 1 values and 2 are not pairs");
  });
});
