import { dense, gradients, ones, scope, stream, sum, type Tensor, type Tensor4, tensor, tokens } from "@ltt/core";
import { describe, expect, test } from "vitest";
import {
  BatchNorm1d,
  BatchNorm2d,
  type BatchNormOptions,
  buffersOf,
  Conv2d,
  ConvNet,
  initialisers,
  LeNet5,
  loadStateDict,
  type Model,
  type Module,
  parametersOf,
  ResNet,
  Sgd,
  stateDict,
  train,
  trainable,
  Vgg,
} from "../src/index.ts";

/** Weights as the papers count them: of convolutions and dense layers, without biases, γ and β. */
function weightsOf(model: Module): number {
  const weights = [...parametersOf(model)].filter(([, { shape }]) => shape.length > 1);
  return weights.reduce((total, [, { size }]) => total + size, 0);
}

const images = (batch: number, size: number, channels = 3): Tensor4 =>
  tensor(stream(1, "images").normals(batch * channels * size * size), [batch, channels, size, size]);

describe("models have the weights that papers count", () => {
  test.each([
    [2, 4_300_992],
    [4, 2_425_024],
    [6, 2_261_184],
  ] as const)("Conv-%i", (depth, count) => {
    expect(weightsOf(new ConvNet({ depth }, stream(1)))).toBe(count);
  });
  test("LeNet-5", () => {
    const model = new LeNet5({}, stream(1));
    expect(weightsOf(model)).toBe(430_500);
    expect(model.forward(images(2, 28, 1)).shape).toEqual([2, 10]);
    expect(() => new LeNet5({ size: 15 }, stream(1))).toThrow(
      "LeNet5: images of 15 × 15 are too small; they have 16 × 16 at least",
    );
  });
  test("ResNet-20", () => {
    expect(weightsOf(new ResNet({}, stream(1)))).toBe(270_896);
  });
  test.each([
    [16, 14_715_584],
    [19, 20_024_000],
  ] as const)("VGG-%i", (depth, count) => {
    expect(weightsOf(new Vgg({ depth, initialiser: initialisers.zeros() }, stream(1)))).toBe(count);
  });
});

describe("models learn", { timeout: 60_000 }, () => {
  const narrow: Record<string, () => Model<Tensor4>> = {
    "Conv-2": () => new ConvNet({ depth: 2, size: 8, outputs: 2 }, stream(1)),
    "ResNet-8": () => new ResNet({ depth: 8, outputs: 2 }, stream(1)),
  };
  test.each(Object.keys(narrow))("%s tells bright images from dark ones", async (name) => {
    const model = narrow[name]!();
    const batch = () => {
      const targets = [0, 1, 0, 1, 0, 1, 0, 1];
      const values = stream(3, "pixels").normals(8 * 3 * 64);
      const input = tensor(
        values.map((value, i) => value + targets[Math.floor(i / 192)]!),
        [8, 3, 8, 8],
      );
      return { input, targets: tokens(targets, [8]) };
    };
    const optimiser = new Sgd(trainable(model), { learningRate: 0.02 });
    const losses: number[] = [];
    for await (const { loss } of train(model, { batches: () => [batch(), batch()], epochs: 8, optimiser, seed: 1 }))
      losses.push(loss);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2);
  });

  test("VGG-11's forward pass takes 16 × 16 pixels", () => {
    const model = new Vgg({ depth: 11 }, stream(1));
    expect(scope(() => model.forward(images(1, 16)).data.length)).toBe(10);
  });

  test("every weight of a residual network has a gradient, through its shortcuts too", () => {
    const model = new ResNet({ depth: 8 }, stream(1));
    const weights = [...parametersOf(model)];
    const found = gradients(
      sum(model.forward(images(2, 8), { training: { rng: stream(1) } })),
      weights.map(([, weight]) => dense(weight)),
    );
    const zero = weights.filter((_, i) => found[i]!.data.every((value) => value === 0)).map(([name]) => name);
    expect(weights.map(([name]) => name)).toContain("layer2.0.downsample.0.weight");
    expect(zero).toEqual([]);
  });
});

describe("BatchNorm", () => {
  const norms: Record<string, (options: BatchNormOptions) => BatchNorm1d | BatchNorm2d> = {
    BatchNorm1d: (options) => new BatchNorm1d(options, stream(1)),
    BatchNorm2d: (options) => new BatchNorm2d(options, stream(1)),
  };
  const data: Record<string, Tensor> = {
    BatchNorm1d: tensor([1, 10, 2, 20, 6, 60], [3, 2]),
    BatchNorm2d: tensor([1, 2, 10, 20, 6, 3, 60, 30], [2, 2, 1, 2]),
  };
  test.each(Object.keys(norms))("%s trains with the batch's statistics and keeps running ones", (name) => {
    const norm = norms[name]!({ channels: 2, momentum: 0.25 });
    const x = data[name]! as never;
    const values = name === "BatchNorm1d" ? [1, 2, 6] : [1, 2, 6, 3];
    const mean = values.reduce((total, value) => total + value, 0) / values.length;
    const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
    const y = norm.forward(x, { training: { rng: stream(1) } });
    expect(y.data[0]).toBeCloseTo((1 - mean) / Math.sqrt(squares / values.length + 1e-5), 5);
    expect(norm.running_mean.data[0]).toBeCloseTo(0.25 * mean, 5);
    expect(norm.running_var.data[0]).toBeCloseTo(0.75 + (0.25 * squares) / (values.length - 1), 5);
    expect(norm.num_batches_tracked.data[0]).toBe(1);

    const before = [...norm.running_mean.data];
    const expected = (1 - norm.running_mean.data[0]!) / Math.sqrt(norm.running_var.data[0]! + 1e-5);
    expect(norm.forward(x).data[0]).toBeCloseTo(expected, 5);
    expect([...norm.running_mean.data]).toEqual(before);
  });

  test.each(Object.keys(norms))("%s adds a residual and applies relu in the same pass", (name) => {
    const norm = norms[name]!({ channels: 2 });
    const x = data[name]! as never;
    const residual = tensor([0.5, -1, -2, 3, 0.25, -0.5, 1, -1.5].slice(0, data[name]!.size), data[name]!.shape);
    for (const context of [{ training: { rng: stream(1) } }, {}]) {
      const apart = norm.forward(x, context);
      const expected = apart.data.map((value, i) => Math.max(Math.fround(value + residual.data[i]!), 0));
      expect([...norm.forward(x, context, { residual, relu: true }).data]).toEqual([...expected]);
      expect([...norm.forward(x, context, { relu: true }).data]).toEqual(Array.from(apart.data, (v) => Math.max(v, 0)));
      expect(() => norm.forward(x, context, { residual: tensor([1]) })).toThrow(
        "residual is [1]; x, to which it is added",
      );
      expect(() => norm.forward(x, context, { gelu: true } as never)).toThrow(`${name}: `);
    }
  });

  test("has PyTorch's names, and its state is read back", async () => {
    const norm = new BatchNorm2d({ channels: 2 }, stream(1));
    norm.forward(data.BatchNorm2d as Tensor4, { training: { rng: stream(1) } });
    const state = await stateDict(norm);
    expect([...state.keys()]).toEqual(["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]);
    expect([...buffersOf(norm).keys()]).toEqual(["running_mean", "running_var", "num_batches_tracked"]);
    const other = new BatchNorm2d({ channels: 2 }, stream(2));
    loadStateDict(other, state);
    expect([...other.running_var.data]).toEqual([...norm.running_var.data]);
  });
});

describe("Conv2d", () => {
  test("adds its bias to each filter", () => {
    const conv = new Conv2d(
      {
        channels: 1,
        filters: 2,
        size: 2,
        initialisers: {
          weight: initialisers.constant(1),
          bias: (shape) => Float32Array.from({ length: shape[0]! }, (_, i) => 10 * i),
        },
      },
      stream(1),
    );
    const y = conv.forward(ones([1, 1, 3, 3]));
    expect([...y.data]).toEqual([4, 4, 4, 4, 14, 14, 14, 14]);
  });

  test("starts as PyTorch's: uniform on ±1/√(channels · size²)", () => {
    const conv = new Conv2d({ channels: 3, filters: 64, size: 3 }, stream(1));
    const limit = 1 / Math.sqrt(27);
    for (const weight of [dense(conv.weight), dense(conv.bias!)]) {
      const largest = Math.max(...weight.data.map(Math.abs));
      expect(largest).toBeLessThanOrEqual(limit);
      expect(largest).toBeGreaterThan(0.9 * limit);
    }
  });
});
