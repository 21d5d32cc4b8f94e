import { stream } from "@ltt/core";
import { expect, test } from "vitest";
import { shuffledPositions } from "./shuffled-positions.ts";

const mask = new Map([
  ["w", Int32Array.of(0, 1, 2)],
  ["b", Int32Array.of(0, 1)],
]);
const sizes = new Map([
  ["w", 6],
  ["b", 2],
]);

test("positions are as many, ascending, each once, and any place is as likely as another", () => {
  const counts = new Float64Array(6);
  for (let seed = 0; seed < 2000; seed++) {
    const shuffled = shuffledPositions(mask, sizes, stream(seed, "test"));
    const w = shuffled.get("w")!;
    expect([...new Set(w)].sort((a, b) => a - b)).toEqual([...w]);
    expect(w.length).toBe(3);
    expect(shuffled.get("b")).toEqual(Int32Array.of(0, 1)); // a whole tensor has one mask
    for (const at of w) counts[at]!++;
  }
  // each count is binomial with n = 2000 and p = 1/2: a standard deviation of 22
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(5 * 22);
});

test("a tensor without a size, or with too small a one, is refused", () => {
  const draw = (w: number | undefined) => () =>
    shuffledPositions(mask, new Map([...sizes, ["w", w as number]]), stream(1));
  expect(draw(2)).toThrow('shuffledPositions: "w" has 3 positions and 2 elements');
  expect(draw(undefined)).toThrow('shuffledPositions: "w" has 3 positions and no elements');
});
