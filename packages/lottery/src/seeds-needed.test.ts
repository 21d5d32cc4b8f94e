import { expect, test } from "vitest";
import { seedsNeeded } from "./seeds-needed.ts";

test("a difference of one standard deviation needs ten seeds: (2.262 + 0.842)² = 9.63, and (2.306 + 0.842)² = 9.91 > 9", () => {
  expect(seedsNeeded(0.005, 0.005)).toBe(10);
});

test("half the difference needs about four times as many, more power and more confidence need more", () => {
  const few = seedsNeeded(0.01, 0.01);
  expect(seedsNeeded(0.005, 0.01)).toBeGreaterThan(3 * few);
  expect(seedsNeeded(0.005, 0.01)).toBeLessThan(4 * few);
  expect(seedsNeeded(0.01, 0.01, { power: 0.95 })).toBeGreaterThan(few);
  expect(seedsNeeded(0.01, 0.01, { confidence: 0.99 })).toBeGreaterThan(few);
  expect(seedsNeeded(0.01, 0.01, { power: 0.5 })).toBeLessThan(few);
});

test("a huge difference needs two seeds at least, a tiny one more than there will be", () => {
  expect(seedsNeeded(1, 0.001)).toBe(2);
  expect(() => seedsNeeded(1e-6, 0.01)).toThrow("seedsNeeded: a difference of 0.000001 needs more than 1000000 seeds");
});
