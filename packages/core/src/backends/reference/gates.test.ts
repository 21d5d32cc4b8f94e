import { expect, test } from "vitest";
import { everyFloat } from "../../../test/every-float.ts";
import { gateSigmoid, gateTanh } from "./gates.ts";

const f = Math.fround;

test.each([
  ["gateTanh", gateTanh, Math.tanh, 2 ** -21, -1],
  ["gateSigmoid", gateSigmoid, (x: number) => 1 / (1 + Math.exp(-x)), 2 ** -22, 0],
] as const)("%s errs by less than it promises and stays in its range", (_, ours, theirs, bound, low) => {
  for (const x of everyFloat()) {
    const y = ours(x);
    if (!(Math.abs(y - theirs(x)) < bound && y >= low && y <= 1 && f(y) === y)) throw new Error(`${x}: ${y}`);
  }
  for (let i = -4_000_000; i <= 4_000_000; i++) {
    const x = f(i * 2.5e-6);
    const y = ours(x);
    if (!(Math.abs(y - theirs(x)) < bound && y >= low && y <= 1)) throw new Error(`${x}: ${y}`);
  }
  expect([ours(Number.NaN), ours(Infinity), ours(-Infinity)]).toEqual([Number.NaN, 1, low]);
});

test("gateTanh errs by less than 8 ulp near 0 too, and is odd", () => {
  for (let x = f(1e-30); x < 0.5; x = f(x * 1.0009)) {
    const exact = Math.tanh(x);
    const ulp = 2 ** (Math.floor(Math.log2(exact)) - 23);
    if (!(Math.abs(gateTanh(x) - exact) < 8 * ulp)) throw new Error(`${x}: ${gateTanh(x)}`);
    if (gateTanh(-x) !== -gateTanh(x)) throw new Error(`${-x}`);
  }
  expect(Object.is(gateTanh(-0), -0)).toBe(true);
});
