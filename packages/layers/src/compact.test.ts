import {
  type Matrix,
  mean,
  relu,
  Sparse,
  stream,
  type Tensor,
  type Tensor4,
  tensor,
  tokens,
  type Weight,
} from "@ltt/core";
import { describe, expect, test } from "vitest";
import { BatchNorm2d } from "./batch-norm.ts";
import { buffer, isBuffer } from "./buffer.ts";
import { compact } from "./compact.ts";
import { ConvNet } from "./conv-net.ts";
import { Conv2d } from "./conv2d.ts";
import { zeros } from "./initialisers.ts";
import { filters, readByLinear } from "./layer-units.ts";
import { LeNet300 } from "./lenet-300.ts";
import { LeNet5 } from "./lenet5.ts";
import { Linear } from "./linear.ts";
import type { Model } from "./model.ts";
import { Module } from "./module.ts";
import { buffersOf, countParameters, parametersOf, rebuild, snapshot, stateOf, withParameters } from "./parameters.ts";
import { ResNet } from "./resnet.ts";
import { loadStateDict, stateDict } from "./state-dict.ts";
import { TextCnn } from "./text-cnn.ts";
import { TextLstm } from "./text-lstm.ts";
import { eachPosition, makesOf, type UnitModel } from "./units.ts";
import { unitsOf } from "./units-of.ts";
import { Vgg } from "./vgg.ts";

const rng = () => stream(1, "compact");
const images = (size: number) => tensor(stream(2, "images").normals(2 * 3 * size * size), [2, 3, size, size]);
const texts = tokens([2, 3, 4, 5, 6, 7, 8, 9, 2, 4, 1, 1], [2, 6]);
const lengths = tokens([6, 4], [2]);

type Net = Model<never> & UnitModel;
const NETWORKS: Readonly<Record<string, { model: () => Net; input: () => unknown; context?: object }>> = {
  LeNet300: {
    model: () => new LeNet300({ inputs: 12, outputs: 3 }, rng()),
    input: () => tensor(stream(3).normals(24), [2, 12]),
  },
  "LeNet-5": { model: () => new LeNet5({ size: 20, channels: 3, outputs: 2 }, rng()), input: () => images(20) },
  "Conv-2": { model: () => new ConvNet({ depth: 2, size: 8 }, rng()), input: () => images(8) },
  "Conv-4": { model: () => new ConvNet({ depth: 4, size: 8 }, rng()), input: () => images(8) },
  ResNet: { model: () => new ResNet({ depth: 8 }, rng()), input: () => images(8) },
  "VGG-11": { model: smallVgg, input: () => images(16) },
  TextCnn: {
    model: () => new TextCnn({ rows: 10, outputs: 2, dim: 6, widths: [2, 3, 4], filters: 5 }, rng()),
    input: () => texts,
    context: { lengths },
  },
  "TextLstm, two layers, both directions": {
    model: () => new TextLstm({ rows: 10, outputs: 2, dim: 6, hidden: 8 }, rng()),
    input: () => texts,
    context: { lengths },
  },
  "TextLstm, one layer, one direction": {
    model: () => new TextLstm({ rows: 10, outputs: 1, dim: 6, hidden: 8, layers: 1, bidirectional: false }, rng()),
    input: () => texts,
    context: { lengths },
  },
};

const outputs = (model: Net, name: string) =>
  model.forward(NETWORKS[name]!.input() as never, NETWORKS[name]!.context ?? {}).data;

/** VGG-11 with a sixteenth of its channels. */
function smallVgg(): Vgg {
  const model = new Vgg({ depth: 11, initialiser: zeros() }, rng());
  const draw = stream(4, "vgg");
  const replacements = Array.from(stateOf(model), ([, weight]): [Weight, Weight] => {
    const shape = weight.shape.map((size) => (size >= 64 ? size / 16 : size));
    const size = shape.reduce((a, b) => a * b, 1);
    const values = draw.normals(size).map((value) => (isBuffer(weight) ? Math.abs(value) : value / 4));
    return [weight, isBuffer(weight) ? buffer(tensor(values, shape)) : tensor(values, shape, { requiresGrad: true })];
  });
  return rebuild(model, new Map(replacements)) as Vgg;
}

/** Random biases and statistics: what starts at 0 would hide what is left out. */
async function trainedLike<M extends Net>(model: M): Promise<M> {
  const noise = stream(5, "noise");
  const shaken = new Map<string, Weight>();
  for (const [name, weight] of [...parametersOf(model), ...buffersOf(model)]) {
    const values = (await snapshot(new Map([[name, weight]]))).get(name)!;
    const isBuffer = buffersOf(model).has(name);
    const more = noise
      .normals(values.length)
      .map((value, i) => values[i]! + 0.1 * (isBuffer ? Math.abs(value) : value));
    shaken.set(name, tensor(more, weight.shape, { requiresGrad: !isBuffer }));
  }
  const buffers = buffersOf(model);
  const made = withParameters(model, new Map([...shaken].filter(([name]) => !buffers.has(name))));
  for (const [name, buffer] of buffersOf(made)) buffer.write((shaken.get(name) as Tensor).data as Float32Array);
  return made;
}

/** The model whose first `part` of the units of each group are pruned: what makes them, and what reads them. */
function masked<M extends Net>(model: M, part: number): M {
  const weights = parametersOf(model);
  const gone = new Map(Array.from(weights, ([name, { size }]) => [name, new Uint8Array(size)]));
  for (const group of unitsOf(model))
    for (let unit = 0; unit < Math.round(part * group.count); unit++)
      for (const at of [...makesOf(group), ...group.reads])
        eachPosition(at, weights.get(at.tensor)!.shape, unit, (position) => {
          gone.get(at.tensor)![position] = 1;
        });
  const sparse = Array.from(weights, ([name, weight]): [string, Weight] => {
    const positions = Int32Array.from(gone.get(name)!.keys()).filter((at) => gone.get(name)![at] === 0);
    const values = Float32Array.from(positions, (at) => (weight as Tensor).data[at]!);
    return [name, new Sparse(weight.shape, positions, tensor(values, [values.length], { requiresGrad: true }))];
  });
  return withParameters(model, new Map(sparse));
}

/** Of half of its filters a quarter of a kernel is stored: few enough to be multiplied one by one, where a dense kernel of 3×3 is computed in tiles. */
const MULTIPLIED: ReadonlySet<string> = new Set(["Conv-2", "Conv-4", "VGG-11"]);

describe.each(Object.keys(NETWORKS))("%s", (name) => {
  test("without half of its units is smaller, dense, and gives the same bits, or rounds otherwise", async () => {
    const model = masked(await trainedLike(NETWORKS[name]!.model()), 0.5);
    const small = await compact(model);
    for (const { count, kept } of small.groups) expect(kept.length).toBe(count - Math.round(count / 2));
    expect(small.folded).toBe(0);
    expect(countParameters(small.model)).toBe(countParameters(model));
    for (const weight of parametersOf(small.model).values()) expect(weight).not.toBeInstanceOf(Sparse);
    const [found, expected] = [outputs(small.model, name), outputs(model, name)];
    if (MULTIPLIED.has(name)) for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i]!, 4);
    else expect(found).toEqual(expected);
    expect(found.some((value) => value !== 0)).toBe(true);
  });

  test("that is whole stays as it is", async () => {
    const model = NETWORKS[name]!.model();
    const small = await compact(model);
    for (const { count, kept } of small.groups) expect(kept.length).toBe(count);
    expect(outputs(small.model, name)).toEqual(outputs(model, name));
  });
});

/** `x → relu(W₁x + b₁) → relu(W₂h + b₂) → W₃h + b₃` with weights of few numbers. */
function lenet(tensors: Readonly<Record<string, number[][] | number[]>>) {
  const model = new LeNet300({ inputs: 2, outputs: 1 }, rng());
  const given = Array.from(parametersOf(model), ([name, { shape }]): [string, Weight] => {
    const values = zeros()(shape, rng());
    for (const [row, numbers] of (tensors[name] ?? []).entries()) values.set([numbers].flat(), row * (shape[1] ?? 1));
    return [name, tensor(values, shape, { requiresGrad: true })];
  });
  return withParameters(model, new Map(given));
}

describe("units that do nothing after unstructured pruning", () => {
  test("a neuron without inputs gives max(0, b), which goes into the next biases; one that nothing reads goes", async () => {
    // fc1: unit 0 is computed, 1 gives 3 to everything, 2 gives max(0, −1) = 0, 3 is read by nobody; fc2: unit 0 reads 0 and 1
    const model = lenet({
      "fc1.weight": [
        [1, 2],
        [0, 0],
        [0, 0],
        [4, 4],
      ],
      "fc1.bias": [0.5, 3, -1, 7],
      "fc2.weight": [
        [2, 0.5, 9, 0],
        [0, 0.25, 0, 0],
      ],
      "fc2.bias": [0.25, 1],
      "output.weight": [[3, 2]],
      "output.bias": [-1],
    });
    const { model: small, groups, folded } = await compact(model);
    expect(groups.map(({ kept }) => kept)).toEqual([[0], [0]]);
    // fc2's unit 1 gives 1 + 0.25·3 = 1.75 once fc1's unit 1 has gone, so output's bias is −1 + 2·1.75
    expect(folded).toBe(2);
    expect(small.fc2.bias!.shape).toEqual([1]);
    expect((small.fc2.bias as Tensor).data).toEqual(Float32Array.of(0.25 + 0.5 * 3));
    expect((small.output.bias as Tensor).data).toEqual(Float32Array.of(2.5));
    const x = tensor([1, 2, -3, 1], [2, 2]) as Matrix;
    // h = relu(x₀ + 2x₁ + ½), relu(2h + 1.75), 3· + 2.5
    expect(small.forward(x).data).toEqual(Float32Array.of(3 * (2 * 5.5 + 1.75) + 2.5, 3 * 1.75 + 2.5));
    expect(small.forward(x).data).toEqual(model.forward(x).data);
  });

  test("a constant channel stays before a convolution that pads: at the border it is none", async () => {
    const model = await trainedLike(new ConvNet({ depth: 2, size: 4 }, rng()));
    const first = parametersOf(model).get("convs.0.weight") as Tensor;
    const [values, bias] = [first.data.slice(), (parametersOf(model).get("convs.0.bias") as Tensor).data.slice()];
    values.fill(0, 0, 2 * 27); // filters 0 and 1
    bias.set([1, -1]);
    const changed = withParameters(
      model,
      new Map<string, Weight>([
        ...parametersOf(model),
        ["convs.0.weight", tensor(values, first.shape, { requiresGrad: true })],
        ["convs.0.bias", tensor(bias, [64], { requiresGrad: true })],
      ]),
    );
    const small = await compact(changed);
    expect(small.groups[0]!.kept.slice(0, 2)).toEqual([0, 2]); // max(0, −1) = 0 goes
    expect(small.model.forward(images(4)).data).toEqual(changed.forward(images(4)).data);
  });

  test("a filter that no ReLU follows gives its bias, also one below 0, to a convolution that does not pad", async () => {
    const model = await trainedLike(new LeNet5({ size: 20, channels: 3, outputs: 2 }, rng()));
    const weights = new Map<string, Weight>(parametersOf(model));
    const change = (name: string, edit: (values: Float32Array) => void) => {
      const { shape, data } = weights.get(name) as Tensor;
      const values = data.slice() as Float32Array;
      edit(values);
      weights.set(name, tensor(values, shape, { requiresGrad: true }));
    };
    change("convs.0.weight", (values) => values.fill(0, 0, 75)); // filter 0
    change("convs.0.bias", (values) => values.set([-1]));
    const changed = withParameters(model, weights);
    const small = await compact(changed);
    expect([small.folded, small.groups[0]!.kept[0], small.groups[0]!.kept.length]).toEqual([1, 1, 19]);
    const [found, expected] = [small.model.forward(images(20)).data, changed.forward(images(20)).data];
    for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i]!, 4);
  });

  test("a hidden unit whose candidate is 0 goes, and layers keep equally many", async () => {
    const model = await trainedLike(new TextLstm({ rows: 10, outputs: 2, dim: 4, hidden: 3 }, rng()));
    const weights = new Map(parametersOf(model));
    const pruneRow = (name: string, row: number) => {
      const { shape, data } = weights.get(name) as Tensor;
      const columns = shape[1] ?? 1;
      const kept = data.map((value, at) => (Math.floor(at / columns) === row ? 0 : value));
      weights.set(name, tensor(kept, shape, { requiresGrad: true }));
    };
    const candidate = (ending: string, unit: number) => {
      for (const part of ["weight_ih", "weight_hh", "bias_ih", "bias_hh"])
        pruneRow(`lstm.${part}${ending}`, 2 * 3 + unit);
    };
    for (const ending of ["_l0", "_l0_reverse", "_l1", "_l1_reverse"]) candidate(ending, 1);
    candidate("_l1", 0);
    const pruned = withParameters(model, weights);
    const small = await compact(pruned);
    const kept = small.groups.filter(({ kind }) => kind === "hidden units").map(({ kept }) => kept);
    expect(kept).toEqual([
      [0, 2],
      [0, 2],
      [0, 2],
      [0, 2],
    ]); // of _l1's 0 and 1 one is put back
    expect(small.model.forward(texts, { lengths }).data).toEqual(pruned.forward(texts, { lengths }).data);
  });

  test("a channel without weights gives max(0, (−mean)·γ/√(variance + ε) + β), one with γ = 0 max(0, β)", async () => {
    const model = new Normalised();
    const { conv, norm, linear } = model;
    (conv.weight as Tensor).write(Float32Array.of(0, 2, 3)); // the first filter has no weights
    (norm.weight as Tensor).write(Float32Array.of(3, 0, 1)); // the second channel no γ
    (norm.bias as Tensor).write(Float32Array.of(0.5, 0.75, 0));
    norm.running_mean.write(Float32Array.of(-2, 1, 0));
    norm.running_var.write(Float32Array.of(3, 1, 0)); // ε is 1
    (linear.weight as Tensor).write(Float32Array.of(4, 8, 1));
    (linear.bias as Tensor).write(Float32Array.of(1));
    const small = await compact(model);
    expect(small.groups.map(({ kept }) => kept)).toEqual([[2]]);
    // (0 + 2)·3/2 + 0.5 = 3.5; 1 + 4·3.5 + 8·0.75 = 21
    expect((small.model.linear.bias as Tensor).data).toEqual(Float32Array.of(21));
    expect(small.model.norm.running_var.shape).toEqual([1]);
    const x = tensor([1, 3], [1, 1, 1, 2]) as Tensor4;
    expect(small.model.forward(x).data).toEqual(Float32Array.of(21 + 3 * 2)); // the mean of 3·1 and 3·3
    expect(model.forward(x).data).toEqual(Float32Array.of(27));
  });
});

class Normalised extends Module implements Model<Tensor4>, UnitModel {
  readonly conv = new Conv2d({ channels: 1, filters: 3, size: 1, bias: false }, rng());
  readonly norm = new BatchNorm2d({ channels: 3, epsilon: 1 }, rng());
  readonly linear = new Linear({ inputs: 3, outputs: 1 }, rng());

  forward(x: Tensor4): Matrix {
    return this.linear.forward(mean(relu(this.norm.forward(this.conv.forward(x))), { axis: [2, 3] }) as Matrix);
  }

  units() {
    return [filters("conv", this.conv, [readByLinear("linear", this.linear)], ["norm", this.norm])];
  }
}

test("a model that names no units is refused", async () => {
  await expect(compact(new Linear({ inputs: 2, outputs: 1 }, rng()) as never)).rejects.toThrow(
    "compact: Linear does not say what can be removed from it; give it a method units()",
  );
});

test("units of an LSTM stay where the linear layer or one that stays reads them, and every layer keeps as many", async () => {
  const [hidden, rows, dim] = [6, 5, 4];
  const model = new TextLstm({ rows, dim, outputs: 2, hidden }, stream(5));
  const state = new Map([...(await stateDict(model))].map(([name, { shape, data }]) => [name, { shape, data }]));
  /** Leaves of a weight only what the units of `by` read of `read`, in all four gates. */
  const keep = (name: string, reads: readonly (readonly [by: number, read: number])[]) => {
    const { shape, data } = state.get(name)!;
    const columns = shape[1]!;
    for (const at of data.keys()) {
      const [unit, column] = [Math.floor(at / columns) % hidden, at % columns];
      if (!reads.some(([by, read]) => by === unit && read === column)) data[at] = 0;
    }
  };
  const { data: linear } = state.get("linear.weight")!;
  for (const at of linear.keys()) if (![0, 2, 6 + 1].includes(at % 12)) linear[at] = 0;
  keep("lstm.weight_hh_l1", [
    [0, 4],
    [5, 3],
    [3, 5],
  ]); // 4 is read by 0, which stays; 3 and 5 by each other alone
  keep("lstm.weight_hh_l1_reverse", []);
  keep("lstm.weight_ih_l1", [
    [0, 1],
    [4, 1],
    [5, 3],
  ]); // 2 hears only its biases
  keep("lstm.weight_ih_l1_reverse", [[1, 6 + 2]]);
  keep("lstm.weight_hh_l0", []);
  keep("lstm.weight_hh_l0_reverse", []);
  for (const name of state.keys()) if (name.startsWith("lstm.bias_ih")) state.get(name)!.data.fill(0.25);

  const ids = tokens([2, 4, 3], [1, 3]);
  loadStateDict(model, new Map([...state].map(([name, part]) => [name, { dtype: "F32", ...part }])));
  const before = model.forward(ids).data;
  const { model: small, groups } = await compact(model);
  const kept = new Map(groups.map(({ name, kept }) => [name, kept]));
  expect(kept.get("lstm.l1")).toEqual([0, 2, 4]);
  expect([...kept].filter(([name]) => name.startsWith("lstm.")).map(([, units]) => units.length)).toEqual([3, 3, 3, 3]);
  const after = small.forward(ids).data;
  for (const [i, logit] of before.entries()) expect(Math.abs(after[i]! - logit)).toBeLessThan(1e-6);
});
