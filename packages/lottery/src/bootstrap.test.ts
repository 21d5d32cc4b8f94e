import { stream } from "@ltt/core";
import { expect, test } from "vitest";
import { bootstrap } from "./bootstrap.ts";
import { normalQuantile } from "./distributions.ts";

test("of values that are all the same the interval is a point", () => {
  const values = new Float32Array(10).fill(0.5);
  expect(bootstrap(values, { rng: stream(1), resamples: 100 })).toEqual({ mean: 0.5, low: 0.5, high: 0.5 });
});

test("of many values it is the normal interval", () => {
  const values = stream(2, "values").normals(400);
  const { mean, low, high } = bootstrap(values, { rng: stream(1), resamples: 4000 });
  const deviation = Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length / values.length,
  );
  // a quantile of 4000 samples errs by about √(0.025 · 0.975 / 4000) / φ(1.96) = 0.042 standard deviations
  for (const [edge, sign] of [
    [low, -1],
    [high, 1],
  ] as const)
    expect(Math.abs((edge - mean) / deviation - sign * normalQuantile(0.95))).toBeLessThan(4 * 0.042 + 0.05);
});

test("the two values 0 and 1: means are 0, ½ and 1, the outer ones a quarter each", () => {
  const found = bootstrap(Float32Array.of(0, 1), { rng: stream(3), resamples: 1000, confidence: 0.4 });
  expect(found).toEqual({ mean: 0.5, low: 0.5, high: 0.5 });
  const wider = bootstrap(Float32Array.of(0, 1), { rng: stream(3), resamples: 1000, confidence: 0.6 });
  expect(wider).toEqual({ mean: 0.5, low: 0, high: 1 });
});

test("the same stream gives the same interval, and what has no mean is refused", () => {
  const values = Float32Array.of(1, 2, 4, 8);
  const draw = (seed: number) => bootstrap(values, { rng: stream(seed), resamples: 50 });
  expect(draw(1)).toEqual(draw(1));
  expect(() => bootstrap(new Float32Array(), { rng: stream(1) })).toThrow("bootstrap: there are no values");
  expect(() => bootstrap(Float32Array.of(Number.NaN), { rng: stream(1) })).toThrow("bootstrap: a value is not finite");
});
