import { expect, test } from "vitest";
import { mcnemar } from "./mcnemar.ts";

const scores = (...ones: number[]) => Float32Array.from(ones);
/** So many examples that only the first gets right, only the second, and both. */
const pair = (b: number, c: number, both = 3): [Float32Array, Float32Array] => [
  Float32Array.from({ length: b + c + both }, (_, i) => (i < b || i >= b + c ? 1 : 0)),
  Float32Array.from({ length: b + c + both }, (_, i) => (i >= b ? 1 : 0)),
];

test("by hand: of six examples that differ one is the first's: 2 · (1 + 6) / 64", () => {
  expect(mcnemar(...pair(1, 5))).toEqual({ onlyFirst: 1, onlySecond: 5, p: 14 / 64 });
  expect(mcnemar(...pair(5, 1)).p).toBe(14 / 64);
});

test("equal counts, and no difference at all, have p = 1", () => {
  expect(mcnemar(...pair(4, 4)).p).toBe(1);
  expect(mcnemar(...pair(0, 0)).p).toBe(1);
});

test("of many examples it is near the normal approximation, and never 0 of too small a power of two", () => {
  // 4900 and 5100 of 10,000: z = (199.999… − 1) / 100 with continuity correction, P(|Z| ≥ 1.99) = 0.04659
  expect(mcnemar(...pair(4900, 5100)).p).toBeCloseTo(0.04659, 4);
  expect(mcnemar(...pair(0, 1000)).p).toBe(2 ** -999);
});

test("scores that are not right or wrong, or of other examples, are refused", () => {
  expect(() => mcnemar(scores(0.5), scores(1))).toThrow("mcnemar: first[0] is 0.5; a score is 0 or 1");
  expect(() => mcnemar(scores(1), scores(1, 0))).toThrow("mcnemar: there are 1 and 2 scores");
});
