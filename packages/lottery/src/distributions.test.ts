import { readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { dunnettQuantile, fisherQuantile, normalQuantile, sidak, studentQuantile } from "./distributions.ts";

/** Made by `test/scipy_quantiles.py`. */
const scipy: Record<string, number[][]> = JSON.parse(
  readFileSync(new URL("../test/scipy-quantiles.json", import.meta.url), "utf8"),
);

/** Equal to so many significant digits. */
function agrees(actual: number, expected: number, digits: number): void {
  expect(Math.abs(actual / expected - 1), `${actual} beside SciPy's ${expected}`).toBeLessThan(10 ** -digits);
}

describe("quantiles are SciPy's", () => {
  test.each(scipy.normal!)("normal, %f", (p, z) => agrees(normalQuantile(p!), z!, 9));
  test.each(scipy.student!)("Student's t, %f, %i", (p, df, t) => agrees(studentQuantile(p!, df!), t!, 9));
  test.each(scipy.fisher!)("Fisher's F, %f, %i, %i", (p, a, b, f) => agrees(fisherQuantile(p!, a!, b!), f!, 9));
  test.each(scipy.dunnett!)("Dunnett's, %f, %i, %i", (p, k, df, c) => agrees(dunnettQuantile(p!, k!, df!), c!, 6));
  test.each(scipy.sidak!)("Šidák's root, %f, %i", (p, n, each) => agrees(sidak(p!, n!), each!, 12));
});

describe("laws", () => {
  test("Student's t for 1 and 2 degrees of freedom has closed forms", () => {
    expect(studentQuantile(0.95, 1)).toBeCloseTo(Math.tan(0.475 * Math.PI), 9);
    expect(studentQuantile(0.95, 2)).toBeCloseTo(0.95 * Math.sqrt(2 / (1 - 0.95 ** 2)), 10);
  });

  test("one comparison with a control is Student's t; more need more, independent ones more still", () => {
    expect(dunnettQuantile(0.95, 1, 12)).toBe(studentQuantile(0.95, 12));
    expect(dunnettQuantile(0.95, 2, 12)).toBeGreaterThan(studentQuantile(0.95, 12));
    expect(dunnettQuantile(0.95, 20, 40)).toBeLessThan(studentQuantile(sidak(0.95, 20), 40));
  });

  test("t² of one variance is F with one degree of freedom above", () => {
    expect(studentQuantile(0.95, 7) ** 2).toBeCloseTo(fisherQuantile(0.95, 1, 7), 9);
  });
});

test("the engine is asked for nothing that engines round differently", () => {
  const names = ["sin", "cos", "tan", "atan", "exp", "log", "pow"] as const;
  const spies = names.map((name) =>
    vi.spyOn(Math, name).mockImplementation(() => {
      throw new Error(`Math.${name}`);
    }),
  );
  try {
    expect(studentQuantile(0.95, 3)).toBeCloseTo(3.18244630528371, 10);
    expect(dunnettQuantile(0.95, 4, 8)).toBeGreaterThan(2.3);
    expect(normalQuantile(0.95)).toBeCloseTo(1.959963984540054, 12);
    expect(fisherQuantile(0.95, 3, 5)).toBeGreaterThan(5);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
});

describe("what is no probability and no count is refused", () => {
  test.each([
    [() => studentQuantile(0.95, 0), "studentQuantile: df is 0; it is an integer from 1"],
    [() => studentQuantile(0.95, 1.5), "studentQuantile: df is 1.5; it is an integer from 1"],
    [() => normalQuantile(1), "normalQuantile: probability is 1; it is a fraction between 0 and 1"],
    [() => dunnettQuantile(Number.NaN, 2, 2), "dunnettQuantile: probability is NaN; it is a fraction between 0 and 1"],
    [() => dunnettQuantile(0.95, 0, 2), "dunnettQuantile: comparisons is 0; it is an integer from 1"],
    [() => sidak(0.95, 0), "sidak: n is 0; it is an integer from 1"],
  ])("%s", (call, message) => {
    expect(call).toThrow(message);
  });
});
