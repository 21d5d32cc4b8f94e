import { type Rng, stream, type TokenMatrix, tokens } from "@ltt/core";
import { type Batch, TextCnn, TextLstm } from "@ltt/layers";
import { type ExperimentSettings, STANDARD_ARMS, type Task } from "../src/index.ts";

/** Texts of class c hold the word 2 + c as every other word: learnt in a few dozen steps by a network of 400 weights. */
export const toyTask: Task<TokenMatrix> = {
  data: { task: "toy", version: 1 },
  architecture: { model: "toy" },
  chance: 0.5,
  group: (tensor) => (tensor.startsWith("embedding.") ? "embedding" : "other"),
  embeddings: ["embedding.weight"],
  model: (rng: Rng) => new TextCnn({ rows: 30, outputs: 1, dim: 8, widths: [1, 2], filters: 8, dropout: 0.2 }, rng),
  batches: (seed) => ({
    train: (epoch) => batchesOf(stream(seed, "toy", epoch), 8),
    stepsPerEpoch: 8,
    validation: () => batchesOf(stream(0, "toy validation"), 4),
    test: () => batchesOf(stream(0, "toy test"), 4),
  }),
};

/** 32 steps at most, two validations an epoch, one round of every arm: 5 networks. */
export const toySettings: ExperimentSettings = {
  arms: STANDARD_ARMS,
  seeds: [1],
  rounds: 1,
  rate: 0.5,
  epochs: 4,
  learningRate: 0.02,
  patience: null,
  evaluationsPerEpoch: 2,
  rewindTo: { epoch: 2 },
  faults: [],
};

/** The same texts, and vectors that are given: frozen, they are no part of what is trained. */
export const frozenTask: Task<TokenMatrix> = {
  ...toyTask,
  architecture: { model: "toy", frozen: true },
  model: (rng: Rng) =>
    new TextCnn(
      { rows: 30, outputs: 1, dim: 8, widths: [1, 2], filters: 8, dropout: 0.2, embedding: given(true) },
      rng,
    ),
};

/** The same texts and given vectors that are trained; the control draws others. */
export const pretrainedTask: Task<TokenMatrix> = {
  ...toyTask,
  architecture: { model: "toy", pretrained: true },
  model: (rng: Rng) =>
    new TextCnn(
      { rows: 30, outputs: 1, dim: 8, widths: [1, 2], filters: 8, dropout: 0.2, embedding: given(false) },
      rng,
    ),
  randomModel: toyTask.model,
};

/** The same texts and a bidirectional LSTM of two layers. */
export const lstmTask: Task<TokenMatrix> = {
  ...toyTask,
  architecture: { model: "toy-lstm" },
  model: (rng: Rng) => new TextLstm({ rows: 30, outputs: 1, dim: 6, hidden: 5 }, rng),
};

function given(frozen: boolean) {
  return { frozen, initialisers: { weight: () => stream(7, "given").normals(30 * 8) } };
}

function* batchesOf(rng: Rng, count: number): Generator<Batch> {
  const [texts, time] = [16, 6];
  for (let b = 0; b < count; b++) {
    const targets = Array.from({ length: texts }, () => rng.below(2));
    const ids = targets.flatMap((target) =>
      Array.from({ length: time }, () => (rng.below(2) === 0 ? 2 + target : 4 + rng.below(26))),
    );
    yield {
      input: tokens(ids, [texts, time]),
      lengths: tokens(new Int32Array(texts).fill(time), [texts]),
      targets: tokens(targets, [texts]),
    };
  }
}
