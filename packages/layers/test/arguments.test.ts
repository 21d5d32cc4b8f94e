import { ones, Sparse, stream, type Tensor } from "@ltt/core";
import { refusedOtherwise } from "@ltt/core/testing";
import { describe, expect, test } from "vitest";
import * as layers from "../src/index.ts";
import { Adam, AdamW, Dropout, Embedding, Linear, Lstm, parametersOf, Sgd, TextCnn, trainable } from "../src/index.ts";
import { calls } from "./calls.ts";

/** What models and layers are made of may say it for them. */
const MADE_OF = ["Embedding", "parameter", "TextCnn"];

describe("any one thing wrong in a call is refused by name", () => {
  test.each(Object.entries(calls))("%s", async (name, makers) => {
    for (const make of makers) {
      const { call, args } = make();
      await call(...(args as never[])); // which is right
      expect(await refusedOtherwise(make, [name, ...MADE_OF])).toEqual([]);
    }
  });

  test("of every public function", () => {
    const made = new Set([...Object.keys(layers), ...Object.keys(layers.initialisers)]);
    // constants, the namespace, what has no arguments, and what is there to be extended or caught
    const apart = [
      "BEGINNING",
      "PADDING_ID",
      "UNKNOWN_ID",
      "initialisers",
      "zeros",
      "Module",
      "TensorwiseOptimiser",
      "DivergenceError",
    ];
    expect([...Object.keys(calls), ...apart].sort()).toEqual([...made].sort());
  });
});

const model = new TextCnn({ rows: 6, outputs: 2, dim: 3, filters: 2, widths: [2] }, stream(1));
const weights = () => trainable(model);
const untyped = (value: unknown) => value as never;

test.each<[() => unknown, string]>([
  [() => new Adam(weights(), untyped({ lr: 0.1 })), 'Adam: unknown option "lr"; did you mean "learningRate"?'],
  [
    () => new AdamW(weights(), untyped({ weight_decay: 0 })),
    'AdamW: unknown option "weight_decay"; did you mean "weightDecay"?',
  ],
  [() => new AdamW(weights(), untyped({ eps: 0 })), 'AdamW: unknown option "eps"; did you mean "epsilon"?'],
  [() => new Adam(weights(), untyped({ beta1: 0.9 })), 'Adam: unknown option "beta1"; did you mean "betas"?'],
  [
    () => new Sgd(weights(), untyped({ learningrate: 1 })),
    'Sgd: unknown option "learningrate"; did you mean "learningRate"?',
  ],
  [
    () => new Sgd(weights(), untyped({ centered: true })),
    'Sgd: unknown option "centered"; options are learningRate, momentum, dampening, nesterov, weightDecay',
  ],
  [
    () => new Adam(weights(), untyped(new Map([["lr", 1]]))),
    "Adam: options is a Map; it is an object of learningRate, betas, epsilon, weightDecay",
  ],
  [
    () => new Adam(weights(), { learningRate: untyped("0.1") }),
    'Adam: learningRate is "0.1" (string); it is a number at least 0',
  ],
  [() => new Adam(weights(), { betas: untyped(0.9) }), "Adam: betas is 0.9; it is an array of two numbers"],
  [
    () => new Adam(untyped(model)),
    "Adam: parameters is a TextCnn; it is an array of tensors or groups: trainable(model) gives a model's",
  ],
  [
    () => new Adam(untyped(parametersOf(model))),
    "Adam: parameters is a Map; it is an array of tensors or groups: trainable(model) gives a model's",
  ],
  [
    () => new Adam(untyped([new Sparse([2], Int32Array.of(0), ones([1]))])),
    "Adam: parameters[0] is a Sparse [2]; it is a tensor or a group { parameters, rate }",
  ],
  [
    () => new Linear({ inputs: 3, outputs: 2 }, untyped(undefined)),
    'Linear: rng is undefined; it is an Rng: stream(seed, "purpose") makes one',
  ],
  [
    () => new Linear(untyped({ in_features: 3, outputs: 2 }), stream(1)),
    'Linear: unknown option "in_features"; did you mean "inputs"?',
  ],
  [() => new Linear(untyped({ inputs: 3 }), stream(1)), "Linear: outputs is undefined; it is an integer from 1"],
  [
    () => new Linear(untyped(undefined), stream(1)),
    "Linear: options is undefined; it is an object of inputs, outputs, bias, initialisers",
  ],
  [
    () => new Lstm(untyped({ inputs: 3, hidden: 2, batch_first: true }), stream(1)),
    'Lstm: unknown option "batch_first"; options are inputs, hidden, layers',
  ],
  [
    () => new Lstm(untyped({ inputs: 3, hidden_size: 2 }), stream(1)),
    'Lstm: unknown option "hidden_size"; did you mean "hidden"?',
  ],
  [
    () => new Embedding(untyped({ rows: 3, dim: 2, padding_idx: 0 }), stream(1)),
    'Embedding: unknown option "padding_idx"; did you mean "paddingId"?',
  ],
  [() => new Dropout(untyped(0.5)), "Dropout: options is 0.5; it is an object of p"],
  [() => new Dropout({ p: untyped("0.5") }), 'Dropout: p is "0.5" (string); it is a probability in [0, 1)'],
  [
    () => new Dropout().forward(ones([2]), untyped({ training: true })),
    "Dropout: training is true (boolean); it is an object with the stream to draw from, { rng }",
  ],
  [
    () => model.forward(untyped([[2, 3]])),
    "TextCnn: tokens is an array of 1; it is Tokens: tokens(values, shape) makes them",
  ],
  [
    () => new Linear({ inputs: 2, outputs: 2 }, stream(1)).forward(untyped([[1, 2]])),
    "Linear: x is an array of 1; it is a tensor: tensor(values) makes one",
  ],
  [() => parametersOf(untyped({ weight: ones([2]) })), "parametersOf: model is an object; it is a Module"],
  [
    () => trainable(untyped(parametersOf(model))),
    "trainable: weights is a Map; it is a model, or weights: parametersOf(model).values()",
  ],
  [
    () => new layers.EarlyStopping(untyped(model), { patience: 1 }),
    "EarlyStopping: weights is a TextCnn; it is a Map of weights: parametersOf(model) gives it",
  ],
  [() => layers.decodeCheckpoint(untyped("run/a")), 'decodeCheckpoint: bytes is "run/a" (string); it is a Uint8Array'],
  [
    () => layers.stepDecay(0.1, untyped({ step_size: 3 })),
    'stepDecay: unknown option "step_size"; did you mean "every"?',
  ],
  [
    () => layers.exponentialDecay(0.1, { factor: 0.9 })(Infinity),
    "exponentialDecay: step is Infinity; it is an integer from 0",
  ],
])("message %#", (wrong, message) => {
  expect(wrong).toThrow(message);
});

test("what training is given is checked before its first step", async () => {
  const right = { batches: () => [], epochs: 1, optimiser: new Adam(weights()), seed: 1 };
  const train = async (options: unknown) => layers.train(model, untyped(options)).next();
  await expect(train({ ...right, lr: 0.1 })).rejects.toThrow('train: unknown option "lr"; options are batches, epochs');
  await expect(train({ ...right, optimizer: 1 })).rejects.toThrow(
    'train: unknown option "optimizer"; did you mean "optimiser"?',
  );
  await expect(train({ ...right, seed: "1" })).rejects.toThrow('train: seed is "1" (string); it is an integer from 0');
  await expect(train({ ...right, optimiser: Adam })).rejects.toThrow(
    "train: optimiser is a function Adam; it is an optimiser",
  );
  await expect(train({ ...right, batches: () => [[1]] })).rejects.toThrow(
    "train: epoch 1: batch 0: input is undefined; it is",
  );
  await expect(train({ ...right, clipNorm: 0 })).rejects.toThrow("train: clipNorm is 0; it is above 0");
  await expect(layers.train(untyped(weights()), right).next()).rejects.toThrow(
    "train: model is an array of 5; it is a model",
  );
});

test("a state dict of untyped values loads nothing", () => {
  const linear = new Linear({ inputs: 1, outputs: 1 }, stream(1));
  const bias = linear.bias as Tensor;
  const before = [...bias.data];
  const entries = {
    weight: { dtype: "F32", shape: [1, 1], data: [1] },
    bias: { dtype: "F32", shape: [1], data: Float32Array.of(2) },
  };
  expect(() => layers.loadStateDict(linear, untyped(entries))).toThrow(
    "loadStateDict: state is an object; it is a Map of names to tensors: decodeSafetensors(bytes).tensors, or what stateDict gave",
  );
  expect(() => layers.loadStateDict(linear, untyped(new Map(Object.entries(entries))))).toThrow(
    'loadStateDict: "weight": data is an array of 1; it is a Float32Array',
  );
  expect([...bias.data]).toEqual(before);
});
