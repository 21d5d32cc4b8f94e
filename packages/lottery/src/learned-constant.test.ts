import { expect, test } from "vitest";
import { CONSTANT_LEARNING, learnedConstant } from "./learned-constant.ts";
import type { Values } from "./pattern.ts";

const whole = new Map([
  ["w", Float32Array.of(3, 7, -1)],
  ["b", Float32Array.of(0, 0)],
  ["gamma", Float32Array.of(1, 1)],
]);
const mask = new Map([
  ["w", Int32Array.of(0, 2)],
  ["b", Int32Array.of(0, 1)],
  ["gamma", Int32Array.of(0, 1)],
]);

/** Of `½ Σ (w − 2·sign(w))²`, which is least at α = 2; what has no size to learn has a gradient too, and moves nothing. */
const gradientOf = async (values: Values): Promise<Values> =>
  new Map([
    ["w", values.get("w")!.map((w) => w - 2 * Math.sign(w))],
    ["b", Float32Array.of(9, 9)],
    ["gamma", Float32Array.of(9, 9)],
  ]);

test("the first step of Adam moves log α by the rate, from the root mean square of what is left", async () => {
  const found = await learnedConstant(whole, mask, { gradientOf, steps: 1, learningRate: 0.125 });
  const alpha = Math.sqrt(5) * Math.exp(-0.125); // the loss falls towards α = 2
  expect(found.get("w")![0]).toBeCloseTo(alpha, 5);
  expect(found.get("w")![1]).toBe(-found.get("w")![0]!);
});

test("a hundred steps find the α of least loss; zeros stay, and equal values are kept", async () => {
  const found = await learnedConstant(whole, mask, { gradientOf, ...CONSTANT_LEARNING });
  expect(Math.abs(found.get("w")![0]! - 2)).toBeLessThan(0.02);
  expect([...found.get("b")!, ...found.get("gamma")!]).toEqual([0, 0, 1, 1]);
});

test("where nothing has a size there is nothing to learn", async () => {
  const zeros = new Map([["b", Float32Array.of(0, 0)]]);
  const none = { gradientOf: () => Promise.reject(new Error("asked")), ...CONSTANT_LEARNING };
  expect([...(await learnedConstant(zeros, new Map([["b", Int32Array.of(1)]]), none)).get("b")!]).toEqual([0]);
});
