import { type Matrix, maxPool2d, mean, type Rng, relu, stream, type Tensor4, tensor, tokens } from "@ltt/core";
import {
  type Batch,
  BatchNorm2d,
  type Context,
  Conv2d,
  Linear,
  type Model,
  Module,
  type UnitGroup,
  type UnitModel,
} from "@ltt/layers";
import type { Task } from "../src/index.ts";

/** 4×4 images of two channels; class 1 is brighter in the first. Two convolutions with batch normalisation, the second behind a pool. */
class Normed extends Module implements Model<Tensor4>, UnitModel {
  readonly conv1: Conv2d;
  readonly norm1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly norm2: BatchNorm2d;
  readonly linear: Linear;

  constructor(rng: Rng) {
    super();
    const gamma = { weight: (_: unknown, draw: Rng) => draw.uniforms(6) };
    this.conv1 = new Conv2d({ channels: 2, filters: 6, size: 3, padding: 1, bias: false }, rng.split(1));
    this.norm1 = new BatchNorm2d({ channels: 6, initialisers: gamma }, rng.split(2));
    this.conv2 = new Conv2d({ channels: 6, filters: 6, size: 3, padding: 1, bias: false }, rng.split(3));
    this.norm2 = new BatchNorm2d({ channels: 6, initialisers: gamma }, rng.split(4));
    this.linear = new Linear({ inputs: 6, outputs: 2 }, rng.split(5));
  }

  forward(x: Tensor4, context: Context = {}): Matrix {
    const first = maxPool2d(relu(this.norm1.forward(this.conv1.forward(x), context)), 2);
    const second = relu(this.norm2.forward(this.conv2.forward(first), context));
    return this.linear.forward(mean(second, { axis: [2, 3] }) as Matrix);
  }

  units(): readonly UnitGroup[] {
    const group = (i: 1 | 2, reads: UnitGroup["reads"], readBy: string): UnitGroup => ({
      name: `conv${i}`,
      kind: "filters",
      count: this[`conv${i}`].weight.shape[0],
      weights: [{ tensor: `conv${i}.weight`, axis: 0 }],
      biases: [],
      norm: {
        gamma: `norm${i}.weight`,
        beta: `norm${i}.bias`,
        mean: `norm${i}.running_mean`,
        variance: `norm${i}.running_var`,
        epsilon: this[`norm${i}`].epsilon,
      },
      reads,
      readBy,
    });
    return [
      group(1, [{ tensor: "conv2.weight", axis: 1 }], "conv2"),
      group(2, [{ tensor: "linear.weight", axis: 1, bias: "linear.bias" }], "linear"),
    ];
  }
}

export const normedTask: Task<Tensor4> = {
  data: { task: "normed", version: 1 },
  architecture: { model: "normed" },
  chance: 0.5,
  model: (rng) => new Normed(rng),
  batches: (seed) => ({
    train: (epoch) => imagesOf(stream(seed, "normed", epoch), 8),
    stepsPerEpoch: 8,
    validation: () => imagesOf(stream(0, "normed validation"), 2),
    test: () => imagesOf(stream(0, "normed test"), 2),
  }),
};

function* imagesOf(rng: Rng, count: number): Generator<Batch<Tensor4>> {
  for (let b = 0; b < count; b++) {
    const targets = Int32Array.from({ length: 16 }, () => rng.below(2));
    const values = rng.normals(16 * 32).map((value, i) => value + (i % 32 < 16 ? targets[Math.floor(i / 32)]! : 0));
    yield { input: tensor(values, [16, 2, 4, 4]), targets: tokens(targets, [16]) };
  }
}
