import { expect, test } from "vitest";
import { checkStop, earlyBirdStop, maskDistance, type Sighting, type StopSearch } from "./search.ts";

const at = (...kept: number[]): Sighting => ({
  step: 1,
  size: 20,
  validations: [],
  mask: new Map([
    ["a", Int32Array.from(kept.filter((i) => i < 10))],
    ["b", Int32Array.from(kept.filter((i) => i >= 10))],
  ]),
});

test("the distance of two masks is how many of all weights only one of them keeps", () => {
  expect(maskDistance(at(1, 2, 11), at(1, 2, 11))).toBe(0);
  expect(maskDistance(at(1, 2, 11), at(1, 3, 11))).toBe(2 / 20);
  expect(maskDistance(at(1, 2), at(11, 12, 13))).toBe(5 / 20);
  expect(maskDistance(at(), at(4))).toBe(1 / 20);
});

test("Early-Bird stops when the newest mask is within a tenth of each of the four before it", () => {
  const near = at(1, 2, 3);
  const far = at(7, 8, 9); // 6 of 20
  const stops = (...seen: Sighting[]) => earlyBirdStop.stop(seen);
  expect(stops(near, near, near, near)).toBe(false);
  expect(stops(near, near, near, near, near)).toBe(true);
  expect(stops(near, near, near, near, at(1, 2, 4))).toBe(true); // 2 of 20: not more than a tenth
  expect(stops(far, near, near, near, near)).toBe(false);
  expect(stops(far, near, near, near, near, near)).toBe(true);
});

test.each<[object, string]>([
  [{ stop: undefined }, "x: stop.stop is undefined; it is a function"],
  [{ name: 1 }, "x: stop.name is 1; it is a string"],
  [{ name: "early-bird" }, 'x: stop.name is "early-bird", which is ours; give it another'],
])("what is none is refused: %#", (wrong, message) => {
  const mine: StopSearch = { name: "mine", version: 1, stop: () => true };
  expect(() => checkStop("x", { ...mine, ...wrong } as StopSearch)).toThrow(message);
});
