import { stream } from "@ltt/core";
import { describe, expect, test } from "vitest";
import { initialisers } from "./index.ts";

const {
  constant,
  fansOf,
  kaimingNormal,
  kaimingUniform,
  normal,
  orthogonal,
  uniform,
  xavierNormal,
  xavierUniform,
  zeros,
} = initialisers;
const rng = () => stream(1, "init");

function moments(values: Float32Array): { mean: number; deviation: number; largest: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance), largest: Math.max(...values.map(Math.abs)) };
}

test("fans of our layouts", () => {
  expect(fansOf([5, 7])).toEqual({ fanIn: 7, fanOut: 5 });
  expect(fansOf([3, 100, 20])).toEqual({ fanIn: 300, fanOut: 60 });
  expect(fansOf([6, 4, 3, 5])).toEqual({ fanIn: 60, fanOut: 90 });
  expect(() => fansOf([4])).toThrow(
    "fansOf: [4] has no fans: weights are [out, in], [width, channels, filters] or [filters, channels, height, width]",
  );
});

// 30,000 values: the standard error of a normal deviation is σ/√60000 ≈ 0.4 %.
test.each([
  ["xavierNormal", xavierNormal(), [150, 200], Math.sqrt(2 / 350)],
  ["xavierNormal with gain", xavierNormal({ gain: 3 }), [150, 200], 3 * Math.sqrt(2 / 350)],
  ["xavierNormal of a kernel", xavierNormal(), [3, 100, 100], Math.sqrt(2 / 600)],
  ["kaimingNormal", kaimingNormal(), [150, 200], Math.sqrt(2 / 200)],
  ["kaimingNormal, fan out", kaimingNormal({ fan: "out" }), [150, 200], Math.sqrt(2 / 150)],
  ["kaimingNormal, gain 1, of a kernel", kaimingNormal({ gain: 1 }), [3, 50, 200], Math.sqrt(1 / 150)],
  ["normal", normal({ standardDeviation: 0.5 }), [30_000], 0.5],
  ["normal, default", normal(), [30_000], 1],
])("%s has its standard deviation", (_, initialiser, shape, deviation) => {
  const found = moments(initialiser(shape, rng()));
  expect(Math.abs(found.deviation / deviation - 1)).toBeLessThan(0.016);
  expect(Math.abs(found.mean / deviation)).toBeLessThan(0.024);
  expect(found.largest / deviation).toBeGreaterThan(3); // a uniform one would end at √3
});

test.each([
  ["xavierUniform", xavierUniform(), [150, 200], Math.sqrt(6 / 350)],
  ["xavierUniform with gain", xavierUniform({ gain: 2 }), [150, 200], 2 * Math.sqrt(6 / 350)],
  ["kaimingUniform", kaimingUniform(), [150, 200], Math.sqrt(6 / 200)],
  ["kaimingUniform, fan out, gain 1", kaimingUniform({ gain: 1, fan: "out" }), [150, 200], Math.sqrt(3 / 150)],
])("%s fills its interval", (_, initialiser, shape, limit) => {
  const found = moments(initialiser(shape, rng()));
  expect(found.largest).toBeLessThanOrEqual(limit * (1 + 1e-7));
  expect(found.largest).toBeGreaterThan(0.999 * limit);
  expect(Math.abs(found.deviation / (limit / Math.sqrt(3)) - 1)).toBeLessThan(0.016);
});

test("uniform lies in its interval, and normal around its mean", () => {
  const values = uniform({ low: 2, high: 3 })([1000], rng());
  expect(Math.min(...values)).toBeGreaterThanOrEqual(2);
  expect(Math.max(...values)).toBeLessThanOrEqual(3);
  expect(moments(values).mean).toBeCloseTo(2.5, 1);
  expect(moments(normal({ mean: 7, standardDeviation: 0.1 })([1000], rng())).mean).toBeCloseTo(7, 1);
});

test("zeros and constant", () => {
  expect([...zeros()([2, 2], rng())]).toEqual([0, 0, 0, 0]);
  expect([...constant(1.5)([3], rng())]).toEqual([1.5, 1.5, 1.5]);
});

test("the same stream gives the same values", () => {
  for (const initialiser of [normal(), uniform(), xavierNormal(), kaimingUniform(), orthogonal()]) {
    expect(initialiser([4, 3], rng())).toEqual(initialiser([4, 3], rng()));
    expect(initialiser([4, 3], rng())).not.toEqual(initialiser([4, 3], stream(2, "init")));
  }
});

test("options that make no sense are refused", () => {
  expect(() => normal({ standardDeviation: -1 })).toThrow("normal: standardDeviation is -1; it is at least 0");
  expect(() => uniform({ low: 1, high: 0 })).toThrow("uniform: low 1 is above high 0");
});

describe("orthogonal", () => {
  test.each([
    { rows: 5, columns: 3, gain: 1 },
    { rows: 3, columns: 5, gain: 2 },
    { rows: 40, columns: 40, gain: 1 },
    { rows: 1, columns: 4, gain: 1 },
  ])("$rows × $columns: the fewer of rows and columns are orthogonal, of length $gain", ({ rows, columns, gain }) => {
    const values = orthogonal({ gain })([rows, columns], rng());
    const at = (row: number, column: number) => values[row * columns + column]!;
    const vectors =
      rows < columns
        ? Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, k) => at(i, k)))
        : Array.from({ length: columns }, (_, i) => Array.from({ length: rows }, (_, k) => at(k, i)));
    for (const [i, a] of vectors.entries()) {
      for (const [j, b] of vectors.entries()) {
        const product = a.reduce((sum, value, k) => sum + value * b[k]!, 0);
        expect(Math.abs(product - (i === j ? gain * gain : 0))).toBeLessThan(1e-6 * gain * gain);
      }
    }
  });

  test("the first vector keeps the direction it was drawn with: the diagonal of R is positive", () => {
    const drawn = rng();
    const first = Array.from({ length: 4 }, () => drawn.normal());
    const length = Math.sqrt(first.reduce((sum, value) => sum + value * value, 0));
    const values = orthogonal()([2, 4], rng());
    for (const [k, value] of first.entries()) expect(values[k]).toBeCloseTo(value / length, 6);
  });

  test("a kernel is the matrix [width · channels, filters]", () => {
    expect(orthogonal()([2, 3, 4], rng())).toEqual(orthogonal()([6, 4], rng()));
  });

  test("refuses vectors", () => {
    expect(() => orthogonal()([3], rng())).toThrow("orthogonal: [3] has fewer than two axes");
  });
});
