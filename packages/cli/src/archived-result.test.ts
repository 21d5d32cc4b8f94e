import type { LevelResult } from "@ltt/lottery";
import { expect, test } from "vitest";
import { packResult, unpackResult } from "./archived-result.ts";

const point = (step: number) => ({ step, trainLoss: null, validationLoss: 0.1 + step, validationAccuracy: 0.5 });
const result = (given: Partial<LevelResult>): LevelResult => ({
  arm: "dense",
  seed: 1,
  round: 0,
  sparsity: 0,
  groups: {},
  trainLoss: null,
  validationLoss: 1 / 3,
  validationAccuracy: 0.5,
  testLoss: 0.1,
  testAccuracy: 0.5,
  measures: {},
  earlyStopStep: 1,
  censored: false,
  firstStep: 0,
  steps: 1,
  collapsed: null,
  seconds: 1,
  tensors: [],
  curve: [],
  ...given,
});
const there = (one: LevelResult) => unpackResult(JSON.parse(JSON.stringify(packResult(one))));

test.each([
  [
    "bits, of a number that is no multiple of eight",
    Float32Array.from({ length: 19 }, (_, i) => ((i * i) % 3 === 1 ? 1 : 0)),
  ],
  ["other numbers", Float32Array.of(0.1, -2, 1 / 3)],
  ["none", undefined],
])("scores come back to the last bit: %s", (_, testScores) => {
  const one = result(testScores === undefined ? {} : { testScores });
  expect(there(one)).toEqual(one);
});

test("scores take a bit each where they can, and a file that lacks some is refused", () => {
  const packed = packResult(result({ testScores: new Float32Array(8000).fill(1) }));
  expect(packed.testScores!.bits!.length).toBeLessThan(1400);
  const short = { ...packed, testScores: { ...packed.testScores!, examples: 9000 } };
  expect(() => unpackResult(short)).toThrow("9000 scores are 1000 bytes, not 1125");
});

test("validations come back, with measures where they were kept", () => {
  const training = { loss: 0.2, accuracy: 0.9, measures: { recall: 0.5 } };
  const one = result({ curve: [point(1), { ...point(2), measures: { f1: 0.25 }, training }, point(3)] });
  expect(there(one)).toEqual(one);
});
