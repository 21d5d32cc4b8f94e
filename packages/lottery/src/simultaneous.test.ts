import { stream } from "@ltt/core";
import { describe, expect, test } from "vitest";
import { dunnettQuantile, normalQuantile, sidak, studentQuantile } from "./distributions.ts";
import { differenceOverExamples, differencesFromControl, pairedDifferences, pairedVariances } from "./simultaneous.ts";

const family = { confidence: 0.95, comparisons: 2 };

/** Eight groups or more can be tested for equal spreads. */
const wide = { confidence: 0.95, comparisons: 8 };

describe("differences from a control", () => {
  const control = [10, 20, 30];
  const groups = [
    [13, 21, 32],
    [14, 26, 38],
  ];

  test("of few groups are Student's of each one's own differences, and no narrower than pooled: worked by hand", () => {
    const { intervals } = differencesFromControl(groups, control, family);
    expect(intervals.map(({ mean }) => mean)).toEqual([2, 6]);
    // Differences 3, 1, 2 (variance 1) and 4, 6, 8 (variance 4); t with 2 degrees of freedom at √0.95 is 6.164: 3.56 and 7.12.
    const own = (variance: number) => studentQuantile(Math.sqrt(0.95), 2) * Math.sqrt(variance / 3);
    // Group means 20, 22, 26; seed means 37/3, 67/3, 100/3; mean 68/3. Residuals in thirds 1, 1, −2 / 4, −2, −2 / −5, 1, 4: 72/9 over 2 · 2.
    const pooled = dunnettQuantile(0.95, 2, 4) * Math.sqrt((2 * 2) / 3); // 3.83
    expect(intervals[0]!.halfWidth).toBeCloseTo(pooled, 9);
    expect(pooled).toBeGreaterThan(own(1));
    expect(intervals[1]!.halfWidth).toBeCloseTo(own(4), 9);
  });

  test("of eight that vary alike are Dunnett's: worked by hand", () => {
    // Half of the groups go up by 1 from seed to seed, half go down: seeds have no effect, and residuals are ±1, 0, ∓1.
    const eight = [0, 1, 2, 3, 4, 5, 6, 7].map((l) => [-1, 0, 1].map((value) => l + (l % 2 === 0 ? value : -value)));
    const { intervals } = differencesFromControl(eight, [0, 0, 0], wide);
    const halfWidth = dunnettQuantile(0.95, 8, 16) * Math.sqrt((2 * 1) / 3); // squares 8 · 2 over (9 − 1)(3 − 1)
    for (const [l, interval] of intervals.entries()) {
      expect(interval.mean).toBeCloseTo(l, 12);
      expect(interval.halfWidth).toBeCloseTo(halfWidth, 9);
    }
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

  test("of seeds that score the same by chance are no narrower than what rounding hides: worked by hand", () => {
    const tied = (resolution?: number) =>
      differencesFromControl([[0.9, 0.9]], [0.89, 0.89], { confidence: 0.95, comparisons: 1, resolution });
    expect(tied().intervals[0]!.halfWidth).toBeCloseTo(0, 12);
    // A score in hundredths: variance 0.01²/12; t with 1 degree of freedom is 12.706: 12.706 · √(2 · 0.01²/12 / 2).
    expect(tied(0.01).intervals[0]!.halfWidth).toBeCloseTo(0.03668, 5);
    const [paired] = pairedDifferences([[0.9, 0.9]], [[0.89, 0.89]], {
      confidence: 0.95,
      comparisons: 1,
      resolution: 0.01,
    });
    expect(paired!.halfWidth).toBeCloseTo(0.03668, 5);
    const plain = differencesFromControl(groups, control, family);
    expect(differencesFromControl(groups, control, { ...family, resolution: 1 })).toEqual(plain);
  });

  test("of accuracies of few examples cover the truth as often as they say, over two seeds", () => {
    // Two networks, each right 17 times in 20; the truth is a difference of 0.
    const covered = (resolution: number) => {
      let within = 0;
      for (let i = 0; i < 4000; i++) {
        const right = (network: number) =>
          [0, 1].map(
            (seed) =>
              stream(7, i, network, seed)
                .uniforms(30)
                .filter((u) => u < 0.85).length / 30,
          );
        const [only] = pairedDifferences([right(0)], [right(1)], { confidence: 0.95, comparisons: 1, resolution });
        within += Number(Math.abs(only!.mean) <= only!.halfWidth + 1e-12);
      }
      return within / 4000;
    };
    expect(covered(0)).toBeLessThan(0.94);
    expect(covered(1 / 30)).toBeGreaterThan(0.95);
  });

  test("notice a control that varies more than the groups", () => {
    const steady = Array.from({ length: 8 }, (_, l) => [0, 1, 2, 3].map((s) => s + ((l * 5 + s * 3) % 4) / 100));
    expect(differencesFromControl(steady, [0, 5, -3, 9], wide).controlVariesMore).toBe(true);
    expect(differencesFromControl(steady, [0.01, 1, 2.02, 3], wide).controlVariesMore).toBe(false);
    // of fewer groups it is in each interval: distances of some 0, 4, 5, 6
    const few = differencesFromControl(steady.slice(0, 7), [0, 5, -3, 9], wide);
    expect(few.controlVariesMore).toBe(false);
    expect(few.intervals.every(({ halfWidth }) => halfWidth > 10)).toBe(true);
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

describe("paired differences", () => {
  const zeros = (count: number) => new Array<readonly number[]>(count).fill([0, 0, 0]);

  test("of few pairs have each its own variance, and are no narrower than pooled: worked by hand", () => {
    const of = (second: readonly number[]) =>
      pairedDifferences(
        [[1, 2, 3], second],
        [
          [0, 0, 0],
          [1, 2, 3],
        ],
        family,
      );
    const each = sidak(0.95, 2);
    // Differences 1, 2, 3 (variance 1) and 4, 3, 5 (variance 1), pooled 1.
    expect(of([5, 5, 8]).map(({ mean }) => mean)).toEqual([2, 4]);
    for (const { halfWidth } of of([5, 5, 8]))
      expect(halfWidth).toBeCloseTo(studentQuantile(each, 2) * Math.sqrt(1 / 3), 12);
    // 1, 2, 3 and 0, 3, 6 (variance 9), pooled 5 with 4 degrees of freedom: 3.48 · √(5/3) is more than 6.16 · √(1/3).
    const [steady, wild] = of([1, 5, 9]);
    expect(steady!.halfWidth).toBeCloseTo(studentQuantile(each, 4) * Math.sqrt(5 / 3), 12);
    expect(wild!.halfWidth).toBeCloseTo(studentQuantile(each, 2) * Math.sqrt(9 / 3), 12);
  });

  test("of eight pairs that vary alike pool their variance, and are Šidák's", () => {
    const eight = [0, 1, 2, 3, 4, 5, 6, 7].map((l) => [l - 1, l, l + 1]);
    const halfWidth = studentQuantile(sidak(0.95, 8), 16) * Math.sqrt(1 / 3);
    for (const interval of pairedDifferences(eight, zeros(8), wide))
      expect(interval.halfWidth).toBeCloseTo(halfWidth, 12);
  });

  test("have variances: their own of few, pooled of eight that vary alike, else the larger of near ones", () => {
    const spread = (scale: number) => [-scale, 0, scale]; // variance scale²
    expect(pairedVariances([spread(1), spread(3)])).toEqual([1, 9]);
    expect(pairedVariances([1, 2, 1, 2, 1, 2, 1, 2].map(spread))).toEqual(new Array(8).fill(2.5));
    const [first, , third, fourth] = pairedVariances([1, 1, 1, 1, 10, 10, 10, 10].map(spread));
    expect([first, third, fourth]).toEqual([1, (1 + 1 + 100 + 100) / 4, (1 + 100 + 100 + 100) / 4]);
  });
});

describe("where one half of the groups varies more than the other", () => {
  // Groups 0 to 3 vary by 1 between seeds, groups 4 to 7 by 10; group 2 has the four up to it, 0 to 3, and from it on, 2 to 5.
  const scales = [1, 1, 1, 1, 10, 10, 10, 10];
  const means = [0, 1, 2, 3, 4, 5, 6, 7];
  const near = (l: number, variance: (from: number) => number) =>
    Math.max(...[Math.max(0, l - 3), Math.min(l, 4)].map(variance));

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

describe("a difference over examples", () => {
  const one = { confidence: 0.95, comparisons: 1 };
  const z = normalQuantile(0.95);

  test("is a normal interval of the paired scores with half an example more in each cell: worked by hand", () => {
    const a = Float32Array.of(1, 1, 1, 0, 1);
    const b = Float32Array.of(1, 0, 1, 0, 0);
    const { mean, halfWidth } = differenceOverExamples(a, b, one);
    expect(mean).toBeCloseTo(0.4, 12);
    // 0, 1, 0, 0, 1, and z²/2 = 1.9207 more, of which z²/8 are +1 and z²/8 are −1: sum 2, squares 2.9604, 6.9207 in all.
    const variance = 2.96036 / 6.92073 - (2 / 6.92073) ** 2;
    expect(halfWidth).toBeCloseTo(1.95996 * Math.sqrt(variance / 6.92073), 5);
    expect(() => differenceOverExamples(a, b.subarray(1), family)).toThrow(
      "differenceOverExamples: 5 examples and 4 are not pairs",
    );
  });

  test("of scores between 0 and 1 likewise", () => {
    // ½, −¼, 0, ¼: sum ½, squares 3/8
    const { mean, halfWidth } = differenceOverExamples(
      Float32Array.of(1, 0.25, 1, 0.5),
      Float32Array.of(0.5, 0.5, 1, 0.25),
      one,
    );
    expect(mean).toBe(0.125);
    const n = 4 + z ** 2 / 2;
    expect(halfWidth).toBeCloseTo(z * Math.sqrt(((3 / 8 + z ** 2 / 4) / n - (0.5 / n) ** 2) / n), 12);
  });

  test("of networks that answer alike has a width: z · √(z²/4) / (48 + z²/2)", () => {
    const scores = Float32Array.from({ length: 48 }, (_, i) => i % 2);
    const { mean, halfWidth } = differenceOverExamples(scores, scores, one);
    expect(mean).toBe(0);
    expect(halfWidth).toBeCloseTo(0.03848, 5);
  });

  /** The half width where the first network alone is right on so many examples, and the second alone on so many. */
  const halfWidthOf = (n: number, first: number, second: number) => {
    const scores = (from: number, count: number) =>
      Float32Array.from({ length: n }, (_, i) => Number(i >= from && i < from + count));
    return differenceOverExamples(scores(0, first), scores(first, second), one).halfWidth;
  };

  /** The probability that the interval covers `first − second`, the odds of an example that one network alone has right: exact, a sum over the multinomial distribution. */
  function coverage(n: number, first: number, second: number): number {
    const expected = n * (first + second);
    let covered = 0;
    let ofAll = (1 - first - second) ** n; // that there are so many, and all are the second's
    for (let all = 0; all <= Math.min(n, expected + 8 * Math.sqrt(expected) + 8); all++) {
      let probability = ofAll;
      for (let right = 0; right <= all; right++) {
        const difference = (2 * right - all) / n;
        const covers = Math.abs(difference - (first - second)) <= halfWidthOf(n, right, all - right);
        if (covers) covered += probability;
        probability *= ((all - right) / (right + 1)) * (first / second);
      }
      ofAll *= ((n - all) / (all + 1)) * (second / (1 - first - second));
    }
    return covered;
  }

  test.each([
    [48, [0.005, 0.02, 0.05, 0.1]],
    [400, [0.005, 0.02, 0.05]],
  ])("of %i covers the true one in 94 % of samples at least, however few answers differ", (n, shares) => {
    for (const share of shares)
      for (const first of [share / 2, (3 * share) / 4])
        expect(coverage(n, first, share - first), `${first} of ${share}`).toBeGreaterThan(0.94);
  });

  test("of 7,600 is that of the paired scores alone but for a hundredth", () => {
    const wald = z * Math.sqrt((0.01 - 0.002 ** 2) / 7600); // 76 examples differ, 45.6 and 30.4
    expect(halfWidthOf(7600, 46, 30) / wald).toBeGreaterThan(1);
    expect(halfWidthOf(7600, 46, 30) / wald).toBeLessThan(1.01);
  });
});
