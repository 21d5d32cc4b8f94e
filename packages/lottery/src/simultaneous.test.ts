import { describe, expect, test } from "vitest";
import { dunnettQuantile, normalQuantile, sidak, studentQuantile } from "./distributions.ts";
import { differenceOverExamples, differencesFromControl, pairedDifferences } from "./simultaneous.ts";

const family = { confidence: 0.95, comparisons: 2 };

describe("differences from a control", () => {
  // Rows are groups, columns seeds. After the effects of group and seed are taken out, these residuals are left: 0, 0,
  // 0 / 1, −1, 0 / −1, 1, 0.
  const control = [10, 20, 30];
  const groups = [
    [13, 21, 32],
    [14, 26, 35],
  ];

  test("worked by hand", () => {
    const { intervals } = differencesFromControl(groups, control, family);
    expect(intervals.map(({ mean }) => mean)).toEqual([2, 5]);
    // Group means 20, 22, 25; seed means 37/3, 67/3, 97/3; mean 67/3. Residuals 0, 0, 0 / 1, −1, 0 / −1, 1, 0: 4 over (3 − 1)(3 − 1).
    const halfWidth = dunnettQuantile(0.95, 2, 4) * Math.sqrt((2 * 1) / 3);
    for (const interval of intervals) expect(interval.halfWidth).toBeCloseTo(halfWidth, 9);
  });

  test("owe nothing to what a seed does to all networks alike", () => {
    const shift = (values: readonly number[]) => values.map((value, s) => value + [100, -7, 3][s]!);
    const shifted = differencesFromControl(groups.map(shift), shift(control), family);
    const plain = differencesFromControl(groups, control, family);
    for (const [i, { mean, halfWidth }] of shifted.intervals.entries()) {
      expect(mean).toBeCloseTo(plain.intervals[i]!.mean, 9);
      expect(halfWidth).toBeCloseTo(plain.intervals[i]!.halfWidth, 9);
    }
  });

  test("with one group are those of Student's paired t", () => {
    const { intervals } = differencesFromControl([[1, 2, 4]], [0, 0, 0], { confidence: 0.95, comparisons: 1 });
    const [paired] = pairedDifferences([[1, 2, 4]], [[0, 0, 0]], { confidence: 0.95, comparisons: 1 });
    expect(intervals[0]!.mean).toBeCloseTo(paired!.mean, 12);
    expect(intervals[0]!.halfWidth).toBeCloseTo(paired!.halfWidth, 9);
  });

  test("notice a control that varies more than the groups", () => {
    const steady = Array.from({ length: 6 }, (_, l) => [0, 1, 2, 3].map((s) => s + ((l * 5 + s * 3) % 4) / 100));
    expect(differencesFromControl(steady, [0, 5, -3, 9], family).controlVariesMore).toBe(true);
    expect(differencesFromControl(steady, [0.01, 1, 2.02, 3], family).controlVariesMore).toBe(false);
  });

  test("need groups, and seeds that all have", () => {
    expect(() => differencesFromControl([], [1, 2], family)).toThrow(
      "differencesFromControl: there are no groups to compare",
    );
    expect(() => differencesFromControl([[1]], [1], family)).toThrow(
      "differencesFromControl: 1 seed shows no spread; two at least",
    );
    expect(() => differencesFromControl([[1, 2, 3]], [1, 2], family)).toThrow(
      "differencesFromControl: groups have 2 and 3 seeds",
    );
  });
});

test("paired differences pool their variance and are Šidák's", () => {
  const intervals = pairedDifferences(
    [
      [1, 2, 3],
      [5, 5, 8],
    ],
    [
      [0, 0, 0],
      [1, 2, 3],
    ],
    family,
  );
  // Differences 1, 2, 3 (variance 1) and 4, 3, 5 (variance 1), pooled 1 with 4 degrees of freedom.
  const halfWidth = studentQuantile(sidak(0.95, 2), 4) * Math.sqrt(1 / 3);
  expect(intervals.map(({ mean }) => mean)).toEqual([2, 4]);
  for (const interval of intervals) expect(interval.halfWidth).toBeCloseTo(halfWidth, 12);
});

test("a difference over examples is a normal interval of the paired scores", () => {
  const a = Float32Array.of(1, 1, 1, 0, 1);
  const b = Float32Array.of(1, 0, 1, 0, 0);
  const { mean, halfWidth } = differenceOverExamples(a, b, { confidence: 0.95, comparisons: 1 });
  expect(mean).toBeCloseTo(0.4, 12);
  expect(halfWidth).toBeCloseTo(normalQuantile(0.95) * Math.sqrt(0.3 / 5), 12); // 0, 1, 0, 0, 1: variance 0.3
  expect(() => differenceOverExamples(a, b.subarray(1), family)).toThrow(
    "differenceOverExamples: 5 examples and 4 are not pairs",
  );
});
