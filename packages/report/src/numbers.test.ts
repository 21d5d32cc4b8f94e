import { describe, expect, test } from "vitest";
import { percentEstimate, pointsEstimate, sparsityPercent } from "./numbers.ts";

describe("a sparsity", () => {
  test.each([
    [0, "0 %"],
    [0.2, "20 %"],
    [0.488, "48.8 %"],
    [0.98847, "98.8 %"],
    [1, "100 %"],
  ])("%f is quoted as usual: %s", (sparsity, said) => {
    expect(sparsityPercent(sparsity)).toBe(said);
  });

  test.each([
    [0.9995, "99.95 %"],
    [0.99996, "99.996 %"],
    [1 - 1e-7, "99.99999 %"],
    [1e-6, "0.0001 %"],
  ])("of %f is not rounded to all or nothing: %s", (sparsity, said) => {
    expect(sparsityPercent(sparsity)).toBe(said);
  });
});

describe("a mean over runs", () => {
  test.each([
    [0.0045, "87.12 ± 0.45 %"],
    [Number.POSITIVE_INFINITY, "87.12 %"], // one run
    [0, "87.12 %"], // runs that gave the same by chance
  ])("with a half-width of %f is %s", (halfWidth, said) => {
    expect(percentEstimate({ mean: 0.8712, halfWidth, n: 2 })).toBe(said);
  });
});

test("a difference that rounds to nothing has no sign", () => {
  expect([-0.00004, 0.00004, -0.00006].map((mean) => pointsEstimate({ mean, halfWidth: 0.01 }))).toEqual([
    "0.00 ± 1.00 points",
    "0.00 ± 1.00 points",
    "−0.01 ± 1.00 points",
  ]);
});
