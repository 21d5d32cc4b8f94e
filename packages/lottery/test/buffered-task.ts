import { type Matrix, type Rng, stream, tensor, tokens } from "@ltt/core";
import { type Batch, type Context, Linear, Module } from "@ltt/layers";
import { RunningMean } from "../../layers/test/running-mean.ts";
import type { Task } from "../src/index.ts";

/** Numbers with a mean of 2, of two classes by the sign of what is above it in the first of four: a linear layer between two running means learns them. */
export const bufferedTask: Task<Matrix> = {
  data: { task: "buffered", version: 1 },
  architecture: { model: "buffered" },
  chance: 0.5,
  model: (rng: Rng) => new Buffered(rng),
  batches: (seed) => ({
    train: (epoch) => batchesOf(stream(seed, "buffered", epoch), 8),
    stepsPerEpoch: 8,
    validation: () => batchesOf(stream(0, "buffered validation"), 4),
    test: () => batchesOf(stream(0, "buffered test"), 4),
  }),
};

class Buffered extends Module {
  readonly norm: RunningMean;
  readonly hidden: Linear;
  readonly inner: RunningMean;
  readonly output: Linear;

  constructor(rng: Rng) {
    super();
    this.norm = new RunningMean({ channels: 4 });
    this.hidden = new Linear({ inputs: 4, outputs: 8 }, rng.split("hidden"));
    this.inner = new RunningMean({ channels: 8 });
    this.output = new Linear({ inputs: 8, outputs: 1 }, rng.split("output"));
  }

  forward(x: Matrix, context: Context = {}): Matrix {
    return this.output.forward(this.inner.forward(this.hidden.forward(this.norm.forward(x, context)), context));
  }
}

function* batchesOf(rng: Rng, count: number): Generator<Batch<Matrix>> {
  for (let b = 0; b < count; b++) {
    const values = rng.normals(16 * 4).map((value) => value + 2);
    const targets = Int32Array.from({ length: 16 }, (_, i) => Number(values[4 * i]! > 2));
    yield { input: tensor(values, [16, 4]), targets: tokens(targets, [16]) };
  }
}
