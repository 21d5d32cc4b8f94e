import { expect, test, vi } from "vitest";
import { checkRewiring, exchangedAfter, type Rewiring } from "./rewiring.ts";

const length = { stepsPerEpoch: 4, lastStep: 40 };
const rigl: Rewiring = { grow: "gradient", every: 10, fraction: 0.3, decay: "cosine", until: 0.75 };

test("a cosine falls from α to 0 over the steps that have exchanges", () => {
  const at = (step: number) => exchangedAfter(rigl, step, length);
  // α/2 (1 + cos(π t/30)): t = 10: 0.15 · 1.5, t = 20: 0.15 · 0.5
  expect([0, 5, 10, 20, 30, 40].map((step) => Number(at(step).toFixed(12)))).toEqual([0, 0, 0.225, 0.075, 0, 0]);
});

test("the cosine is ours, whose bits are the same in every engine", () => {
  const theirs = vi.spyOn(Math, "cos").mockReturnValue(Number.NaN);
  expect(exchangedAfter(rigl, 10, length)).toBeCloseTo(0.225, 12);
  theirs.mockRestore();
});

test("a constant fraction after every epoch but the last", () => {
  const every: Rewiring = { ...rigl, every: "epoch", decay: "constant", until: 1 };
  expect([3, 4, 36, 40].map((step) => exchangedAfter(every, step, length))).toEqual([0, 0.3, 0.3, 0]);
});

test.each<[object, string]>([
  [{ grow: "most" }, 'x: grow is "most" (string); it is "gradient" or "random"'],
  [{ every: 0 }, 'x: every is 0; it is an integer from 1, or "epoch"'],
  [{ fraction: 2 }, "x: fraction is 2; it is a fraction in [0, 1]"],
  [{ until: undefined }, "x: until is undefined; it is a fraction in [0, 1]"],
])("%j is refused", (wrong, message) => {
  expect(() => checkRewiring("x", { ...rigl, ...wrong } as Rewiring)).toThrow(message);
});
