import {
  createReferenceBackend,
  createWasmBackend,
  dense,
  gradients,
  type Rng,
  Sparse,
  scope,
  stream,
  tensor,
  tokens,
  useBackend,
  type WasmBackend,
  type Weight,
} from "@ltt/core";
import { describe, expect, test } from "vitest";
import {
  Adam,
  type Batch,
  classificationLoss,
  parametersOf,
  snapshot,
  TextLstm,
  type TextLstmOptions,
  train,
  trainable,
  withParameters,
} from "./index.ts";

interface Texts {
  readonly batch: number;
  /** Tokens of a text in the median, and at most: their number is log-normal, as that of real ones. */
  readonly median: number;
  readonly most: number;
}

function batchOf(rng: Rng, rows: number, { batch, median, most }: Texts): Batch {
  const lengths = Int32Array.from({ length: batch }, () =>
    Math.max(1, Math.min(most, Math.round(median * Math.exp(rng.normal() / 2)))),
  );
  const time = Math.max(...lengths);
  const ids = Int32Array.from({ length: batch * time }, () => Math.floor(rows ** rng.uniform())); // Zipf's law
  const targets = lengths.map((length) => length % 2);
  return {
    input: tokens(ids, [batch, time]),
    lengths: tokens(lengths, [batch]),
    targets: tokens(targets, [batch]),
  };
}

/** A network, or one of which every weight matrix holds a part. What it is pruned from was on another backend. */
function networkOf(options: TextLstmOptions, density: number): TextLstm {
  if (density === 1) return new TextLstm(options, stream(1, "init"));
  const here = useBackend(createReferenceBackend());
  const form = new TextLstm(options, stream(1, "init"));
  const copies = Array.from(parametersOf(form), ([name, whole]) => ({ name, whole, data: dense(whole).data }));
  useBackend(here);
  const rng = stream(7, "pruned");
  const weights = copies.map(({ name, whole, data }): readonly [string, Weight] => {
    if (whole.shape.length === 1) return [name, tensor(data, whole.shape, { requiresGrad: true })];
    const positions = Int32Array.from(data, (_, at) => at).filter(() => rng.uniform() < density);
    const values = Float32Array.from(positions, (at) => data[at]!);
    return [
      name,
      new Sparse(
        whole.shape as readonly [number, number],
        positions,
        tensor(values, [values.length], { requiresGrad: true }),
      ),
    ];
  });
  return withParameters(form, new Map(weights));
}

async function on<T>(threads: number, body: (backend: WasmBackend) => Promise<T>): Promise<T> {
  const backend = await createWasmBackend({ threads });
  const before = useBackend(backend);
  try {
    return await body(backend);
  } finally {
    useBackend(before);
    await backend.close();
  }
}

describe("a network that computes its gates again", () => {
  test.each([1, 0.1])("is trained to the bits of one that keeps them, at a density of %f", async (density) => {
    const trained = (recompute: boolean, threads: number) =>
      on(threads, async () => {
        const model = networkOf({ rows: 300, outputs: 1, dim: 12, hidden: 20, recompute }, density);
        expect(model.lstm.recompute).toBe(recompute);
        const rng = stream(4, "texts");
        const batches = Array.from({ length: 3 }, () => batchOf(rng, 300, { batch: 24, median: 12, most: 30 }));
        const optimiser = new Adam(trainable(model), { learningRate: 0.01 });
        const losses = [];
        for await (const { loss } of train(model, { batches: () => batches, epochs: 2, optimiser, seed: 1 })) {
          losses.push(loss);
        }
        return { losses, end: await snapshot(parametersOf(model)) };
      });
    const kept = await trained(false, 1);
    expect(await trained(true, 1)).toEqual(kept);
    expect(await trained(true, 2)).toEqual(kept);
  });
});

// a quarter of the published sizes: 25,000 words, 64 reviews of at most 400 tokens
describe("memory of a training step, at its peak, at a tenth of the weights against the dense network", () => {
  const layer = { outputs: 1, rows: 6250, hidden: 128, layers: 1, bidirectional: false };
  const reviews = { batch: 32, median: 115, most: 200 };
  test.each([
    ["of one layer", { ...layer, inputDropout: 0 }, reviews],
    ["of one layer with dropout of words", layer, reviews],
    ["of two layers in two directions", { outputs: 1, rows: 6250, hidden: 64 }, { batch: 32, median: 58, most: 100 }],
  ])("%s: two thirds and more with gates kept, less than half with gates computed again", async (_, options, texts) => {
    const peakOf = (density: number, recompute: boolean) =>
      on(1, async (backend) => {
        const model = networkOf({ ...options, recompute }, density);
        const optimiser = new Adam(trainable(model), { learningRate: 0.001 });
        const rng = stream(5, "texts");
        const { input, lengths, targets } = batchOf(rng, options.rows, texts);
        for (let step = 0; step < 2; step++) {
          scope(() => {
            const logits = model.forward(input, { lengths: lengths!, training: { rng: stream(1, step) } });
            optimiser.step(gradients(classificationLoss(logits, targets), optimiser.parameters));
          });
        }
        return backend.memory().peak;
      });
    const dense = await peakOf(1, false);
    expect((await peakOf(0.1, false)) / dense).toBeGreaterThan(0.66);
    expect((await peakOf(0.1, true)) / dense).toBeLessThan(0.5);
    expect((await peakOf(1, true)) / dense).toBeLessThan(0.75);
  });
});
