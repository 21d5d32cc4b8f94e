import { describe, expect, test } from "vitest";
import { everyFloat } from "../../../test/every-float.ts";
import { exp, log, log1p, sigmoid, tanh } from "./elementary.ts";

const f = Math.fround;

/** The distance between neighbouring float32 numbers at |x|. */
function ulp(x: number): number {
  return 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x))), -126) - 23);
}

/** The largest error in ulp over the float32 range; a result below the normal numbers may be 0. */
function worst(ours: (x: number) => number, theirs: (x: number) => number): number {
  let largest = 0;
  for (const x of everyFloat()) {
    const [y, exact] = [ours(x), theirs(x)];
    if (!Object.is(f(y), y)) throw new Error(`${x}: ${y} is no float32`);
    if (Object.is(y, f(exact)) || y === f(exact) || (y === 0 && Math.abs(exact) < 2 ** -126)) continue;
    largest = Math.max(largest, Math.abs(y - exact) / ulp(exact));
  }
  return largest;
}

describe("over the whole float32 range", () => {
  test.each([
    ["exp", exp, Math.exp, 2],
    ["log", log, Math.log, 2],
    ["log1p", log1p, Math.log1p, 4],
    ["tanh", tanh, Math.tanh, 4],
    ["sigmoid", sigmoid, (x: number) => 1 / (1 + Math.exp(-x)), 4],
  ] as const)("%s errs by less than the ulp it promises", (_, ours, theirs, bound) => {
    expect(worst(ours, theirs)).toBeLessThan(bound);
  });

  test.each([
    ["exp", exp, [Number.NaN, Infinity, 0]],
    ["log", log, [Number.NaN, Infinity, Number.NaN]],
    ["log1p", log1p, [Number.NaN, Infinity, Number.NaN]],
    ["tanh", tanh, [Number.NaN, 1, -1]],
    ["sigmoid", sigmoid, [Number.NaN, 1, 0]],
  ] as const)("%s of NaN, ∞ and −∞", (_, ours, expected) => {
    expect([ours(Number.NaN), ours(Infinity), ours(-Infinity)]).toEqual(expected);
  });

  test("exp and sigmoid never give a denormal", () => {
    for (let x = -110; x < -80; x += 0.01) {
      for (const y of [exp(f(x)), sigmoid(f(x))]) expect(y === 0 || y >= 2 ** -126).toBe(true);
    }
  });
});
