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

describe("where one half of the groups varies more than the other", () => {
  // Groups 0 to 3 vary by 1 between seeds, groups 4 to 7 by 10; group 2 has the four up to it, 0 to 3, and from it on, 2 to 5.
  const scales = [1, 1, 1, 1, 10, 10, 10, 10];
  const means = [0, 1, 2, 3, 4, 5, 6, 7];
  const near = (l: number, variance: (from: number) => number) =>
    Math.max(...[Math.max(0, l - 3), Math.min(l, 4)].map(variance));
  const wide = { confidence: 0.95, comparisons: 8 };

  test("a pair's interval is that of its neighbours, on the side that varies more", () => {
    const groups = scales.map((scale, l) => [-scale, 0, scale].map((value) => means[l]! + value));
    const zeros = groups.map(() => [0, 0, 0]);
    const quantile = studentQuantile(sidak(0.95, 8), 8);
    for (const [l, { mean, halfWidth }] of pairedDifferences(groups, zeros, wide).entries()) {
      const pooled = (from: number) => scales.slice(from, from + 4).reduce((sum, scale) => sum + scale ** 2, 0) / 4;
      expect(mean).toBeCloseTo(means[l]!, 12);
      expect(halfWidth).toBeCloseTo(quantile * Math.sqrt(near(l, pooled) / 3), 9);
    }
  });

  test("a difference from a control likewise; groups that vary alike have one width", () => {
    const sign = (l: number) => (l % 2 === 0 ? 1 : -1); // so that seeds have no effect of their own on four groups together
    const of = (spread: readonly number[]) =>
      spread.map((scale, l) => [-scale, 0, scale].map((value) => means[l]! + sign(l) * value));
    const { intervals } = differencesFromControl(of(scales), [0, 0, 0], wide);
    const quantile = studentQuantile(sidak(0.95, 8), 8);
    // Squares of the residuals of four groups and a control that does not vary, less what their seed means take: a fifth of the sum's square.
    const residual = (from: number) => {
      const four = [0, 1, 2, 3].map((i) => sign(from + i) * scales[from + i]!);
      const sum = four.reduce((total, one) => total + one, 0);
      return (2 * (four.reduce((total, one) => total + one ** 2, 0) - sum ** 2 / 5)) / (4 * 2);
    };
    for (const [l, { halfWidth }] of intervals.entries()) {
      expect(halfWidth).toBeCloseTo(quantile * Math.sqrt((2 * near(l, residual)) / 3), 9);
    }
    const alike = differencesFromControl(of(scales.map(() => 1)), [0, 0, 0], wide).intervals;
    expect(new Set(alike.map(({ halfWidth }) => halfWidth)).size).toBe(1);
  });
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
