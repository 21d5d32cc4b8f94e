import { stream, type Tensor, tensor } from "@ltt/core";
import { parametersOf, Sgd, trainable } from "@ltt/layers";
import { expect, test } from "vitest";
import { normedTask } from "../test/normed-task.ts";
import { toyTask } from "../test/toy-task.ts";
import { gammasOf, withGammaPenalty } from "./gamma-penalty.ts";

test("a step with λ = 0.5 and gradients of 0 moves every γ by a quarter towards 0, and nothing else", () => {
  const model = normedTask.model(stream(1));
  const weights = parametersOf(model) as Map<string, Tensor>;
  const before = new Map(Array.from(weights, ([name, weight]) => [name, weight.data]));
  weights.get("norm1.weight")!.write(Float32Array.of(1, -1, 0, 0.5, -2, 4));
  const tensors = trainable(weights.values());
  const optimiser = withGammaPenalty(new Sgd(tensors, { learningRate: 0.5 }), model, 0.5);
  optimiser.step(tensors.map(({ size, shape }) => tensor(new Float32Array(size), shape)));
  expect(gammasOf(model)).toEqual(["norm1.weight", "norm2.weight"]);
  expect([...weights.get("norm1.weight")!.data]).toEqual([0.75, -0.75, 0, 0.25, -1.75, 3.75]);
  expect(weights.get("norm2.weight")!.data).toEqual(before.get("norm2.weight")!.map((gamma) => gamma - 0.25));
  for (const name of ["conv1.weight", "norm1.bias", "linear.weight", "linear.bias"])
    expect([name, weights.get(name)!.data]).toEqual([name, before.get(name)]);
});

test("a network without batch normalisation is refused", () => {
  const model = toyTask.model(stream(1));
  const optimiser = new Sgd(trainable(parametersOf(model).values()), { learningRate: 0.5 });
  expect(withGammaPenalty(optimiser, model, 0)).toBe(optimiser);
  expect(() => withGammaPenalty(optimiser, model, 0.5)).toThrow(
    "gammaPenalty is 0.5, but no unit of the network has batch normalisation behind it",
  );
});
