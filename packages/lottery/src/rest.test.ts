import { gradients, storedValues, stream, sum, type Tensor, tensor } from "@ltt/core";
import { LeNet300, parametersOf, trainable, withParameters } from "@ltt/layers";
import { expect, test } from "vitest";
import { sparseWeights } from "./pattern.ts";
import { frozenRest, withRest } from "./rest.ts";

const initial = new Map([["w", Float32Array.of(1, -2, 3, -4, 0.5)]]);
const mask = new Map([["w", Int32Array.of(1, 4)]]);

test("what a mask leaves out keeps its first value; or is 0 where training moved it towards 0, by hand", () => {
  expect([...frozenRest(initial, mask).get("w")!]).toEqual([1, 0, 3, -4, 0]);
  // 1 → 0.5 and −4 → 3 shrank, 3 → −5 grew
  const trained = new Map([["w", Float32Array.of(0.5, 9, -5, 3, 0)]]);
  expect([...frozenRest(initial, mask, trained).get("w")!]).toEqual([0, 0, 3, 0, 0]);
});

test("a model with a rest computes with both, trains the mask alone, and has the names of the model", () => {
  const model = new LeNet300({ inputs: 4, outputs: 2 }, stream(1, "init"));
  const weights = parametersOf(model);
  const whole = (weights.get("fc1.weight") as Tensor).data.slice();
  const kept = new Map([["fc1.weight", Int32Array.of(0, 5, 7)]]);
  const values = new Map([["fc1.weight", Float32Array.of(whole[0]!, whole[5]!, whole[7]!)]]);
  const sparse = withParameters(model, new Map([...weights, ...sparseWeights(weights, kept, values)]));
  const rest = frozenRest(new Map([["fc1.weight", whole]]), kept);
  const both = withRest(sparse, rest);
  const x = tensor([[1, -2, 0.5, 3]]);
  expect(both.forward(x).data).toEqual(model.forward(x).data);
  expect(sparse.forward(x).data).not.toEqual(model.forward(x).data);
  expect([...parametersOf(both).keys()]).toEqual([...weights.keys()]);
  const [own, theirs] = [trainable(both), [...trainable(model)]];
  const found = gradients(sum(both.forward(x)), own)[0]!;
  const dense = gradients(sum(model.forward(x)), theirs)[0]!;
  expect(found.shape).toEqual([3]);
  expect([...found.data]).toEqual([0, 5, 7].map((at) => dense.data[at]!));
  storedValues(parametersOf(both).get("fc1.weight")!).write(Float32Array.of(1, 2, 3));
  expect(both.forward(x).data).not.toEqual(model.forward(x).data);
});
