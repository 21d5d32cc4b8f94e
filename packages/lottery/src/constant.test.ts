import { stream } from "@ltt/core";
import { expect, test } from "vitest";
import { constant } from "./constant.ts";

const whole = new Map([
  ["w", Float32Array.of(-3, 1, -1, 3)], // of mean 0 and variance 5
  ["b", Float32Array.of(0, 0)],
]);
const mask = new Map([
  ["w", Int32Array.of(0, 1, 3)],
  ["b", Int32Array.of(0, 1)],
]);
const at = (values: ReadonlyMap<string, Float32Array>, name: string) => [...values.get(name)!];

test("α is the standard deviation of each whole tensor, signs are the weights', and what is 0 stays 0", () => {
  const found = constant(whole, mask, { value: null });
  const alpha = Math.fround(Math.sqrt(5));
  expect(at(found, "w")).toEqual([-alpha, alpha, alpha]);
  expect(at(found, "b")).toEqual([0, 0]);
});

test("one α may be given for all", () => {
  expect(at(constant(whole, mask, { value: 0.5 }), "w")).toEqual([-0.5, 0.5, 0.5]);
});

test("a tensor of equal values, as the gains of a normalisation, keeps them", () => {
  const gains = new Map([["gamma", Float32Array.of(1, 1, 1)]]);
  const kept = new Map([["gamma", Int32Array.of(0, 2)]]);
  for (const value of [null, 0.5])
    expect(at(constant(gains, kept, { value, rng: stream(1) }), "gamma")).toEqual([1, 1]);
  // what older nodes mean, so that they are the same bytes when they are made again
  expect(at(constant(gains, kept, { value: null, gains: "constant" }), "gamma")).toEqual([0, 0]);
  expect(at(constant(gains, kept, { value: 0.5, gains: "constant" }), "gamma")).toEqual([0.5, 0.5]);
});

test("drawn signs are of both kinds, and each as likely", () => {
  const large = new Map([["w", new Float32Array(1000).fill(1).with(0, 2)]]);
  const all = new Map([["w", Int32Array.from({ length: 1000 }, (_, i) => i)]]);
  const drawn = at(constant(large, all, { value: 1, rng: stream(1) }), "w");
  expect(new Set(drawn)).toEqual(new Set([-1, 1]));
  // binomial, with a standard deviation of 16
  expect(Math.abs(drawn.filter((sign) => sign > 0).length - 500)).toBeLessThan(5 * 16);
});
