import { type Cube, type Matrix, maxOverTime, relu, stream, type TokenMatrix, tensor, tokens } from "@ltt/core";
import { expect, test } from "vitest";
import {
  Adam,
  Dropout,
  Embedding,
  Linear,
  parametersOf,
  Sequential,
  train,
  trainable,
  withParameters,
} from "./index.ts";

const rng = stream(1, "init");
const mlp = () =>
  new Sequential([
    new Linear({ inputs: 2, outputs: 3 }, rng.split(0)),
    relu,
    new Dropout({ p: 0.5 }),
    new Linear({ inputs: 3, outputs: 1 }, rng.split(3)),
  ]);

test("its weights have PyTorch's names, and it prints in order", () => {
  expect([...parametersOf(mlp()).keys()]).toEqual(["0.weight", "0.bias", "3.weight", "3.bias"]);
  expect(String(mlp())).toBe(`Sequential(
  (0): Linear(weight [3,2], bias [3])
  (1): relu
  (2): Dropout(p=0.5)
  (3): Linear(weight [1,3], bias [1])
)
13 parameters`);
});

test("each step takes what the one before gave, dropout only while training; other weights leave the steps", () => {
  const model = mlp();
  const x = tensor([[1, -2]]);
  const [first, , , last] = Object.values(model) as [Linear, unknown, unknown, Linear];
  const wanted = last.forward(relu(first.forward(x))).data;
  expect(model.forward(x).data).toEqual(wanted);
  expect(withParameters(model, parametersOf(model)).forward(x).data).toEqual(wanted);
  const training = { rng: stream(1, "dropout") };
  expect(model.forward(x, { training }).data).not.toEqual(wanted);
});

test("of ids, too, and it trains", async () => {
  const last = (x: Cube): Matrix => maxOverTime(x);
  const model = new Sequential<TokenMatrix>([
    new Embedding({ rows: 5, dim: 3 }, rng.split(0)),
    last,
    new Linear({ inputs: 3, outputs: 2 }, rng.split(2)),
  ]);
  const batch = { input: tokens([0, 1, 2, 3], [2, 2]), targets: tokens([0, 1], [2]) };
  const optimiser = new Adam(trainable(model), { learningRate: 0.1 });
  const losses: number[] = [];
  for await (const { loss } of train(model, { batches: () => [batch], epochs: 20, optimiser, seed: 1 }))
    losses.push(loss);
  expect(losses.at(-1)).toBeLessThan(0.05);
});

test("what does not fit is named", () => {
  expect(() => new Sequential([relu, "relu" as never])).toThrow(
    'Sequential: steps[1] is "relu" (string); it is a layer with a method forward(x), or a function',
  );
  expect(() => mlp().forward(tensor([[1, 2, 3]]))).toThrow("linear: [1,3] × [3,2]ᵀ");
});
