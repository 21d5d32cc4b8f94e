import {
  type Cube,
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsEntry,
  Sparse,
  stream,
  type Tensor,
  tensor,
  zeros,
} from "@ltt/core";
import { expect, test } from "vitest";
import {
  Conv1d,
  copyWeights,
  Linear,
  loadStateDict,
  Module,
  parameter,
  parametersOf,
  resized,
  snapshot,
  stateDict,
  stateOf,
  TextCnn,
  withParameters,
} from "./index.ts";

const rng = stream(1, "init");
const floats = (shape: number[], values: number[]): SafetensorsEntry => ({
  dtype: "F32",
  shape,
  data: Float32Array.from(values),
});

test("kernels change their layout: theirs[f,c,w] is ours[w,c,f]", async () => {
  const conv = new Conv1d({ width: 3, channels: 2, filters: 1 }, rng);
  loadStateDict(
    conv,
    new Map([
      ["weight", floats([1, 2, 3], [1, 2, 3, 10, 20, 30])],
      ["bias", floats([1], [7])],
    ]),
  );
  expect([...(conv.weight as Tensor).data]).toEqual([1, 10, 2, 20, 3, 30]);
  expect((await stateDict(conv)).get("weight")).toEqual(floats([1, 2, 3], [1, 2, 3, 10, 20, 30]));
});

test("only kernels: other parameters of three axes stay as they are, and copies of a model know which are which", async () => {
  class Positions extends Module {
    readonly positions: Cube = tensor([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2], { requiresGrad: true });
    readonly layers = [new Conv1d({ width: 2, channels: 2, filters: 2, bias: false }, rng)];
  }
  const model = new Positions();
  const kernel = floats([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
  const state = new Map([
    ["positions", floats([2, 2, 2], [8, 7, 6, 5, 4, 3, 2, 1])],
    ["layers.0.weight", kernel],
  ]);
  loadStateDict(model, state);
  expect([...model.positions.data]).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
  expect([...(model.layers[0]!.weight as Tensor).data]).toEqual([1, 5, 3, 7, 2, 6, 4, 8]);
  const copies = [withParameters(model, await copyWeights(parametersOf(model))), resized(model, stateOf(model))];
  for (const one of [model, ...copies]) expect(await stateDict(one)).toEqual(state);

  class Embedded extends Module {
    readonly positions = parameter([1, 3, 2], (shape) => new Float32Array(shape[1]! * shape[2]!), rng);
  }
  const embedded = new Embedded();
  const entry = floats([1, 3, 2], [1, 2, 3, 4, 5, 6]);
  loadStateDict(embedded, new Map([["positions", entry]]));
  expect(await stateDict(embedded)).toEqual(new Map([["positions", entry]]));
  expect(() => loadStateDict(embedded, new Map([["positions", floats([2, 3, 1], [1, 2, 3, 4, 5, 6])]]))).toThrow(
    'loadStateDict: "positions" is [2,3,1], the model\'s is [1,3,2]',
  );
});

test("there, through a file and back again is the identity", async () => {
  const options = { rows: 9, dim: 4, filters: 3, outputs: 2 };
  const [model, other] = [new TextCnn(options, rng), new TextCnn(options, stream(2, "init"))];
  const before = await snapshot(parametersOf(model));
  expect(await snapshot(parametersOf(other))).not.toEqual(before);
  loadStateDict(other, decodeSafetensors(encodeSafetensors(await stateDict(model))).tensors);
  expect(await snapshot(parametersOf(other))).toEqual(before);
});

test("pruned weights are written as zeros, and not loaded", async () => {
  const sparse = new Sparse([1, 3], Int32Array.of(1), tensor([5], [1], { requiresGrad: true }));
  const dense = new Linear({ inputs: 3, outputs: 1 }, rng);
  const model = withParameters(
    dense,
    new Map<string, Sparse | Tensor>([
      ["weight", sparse],
      ["bias", zeros([1])],
    ]),
  );
  const state = await stateDict(model);
  expect(state.get("weight")).toEqual(floats([1, 3], [0, 5, 0]));
  expect(() => loadStateDict(model, state)).toThrow(
    'loadStateDict: "weight" is pruned in this model: load before pruning',
  );
});

test("float64 is rounded", () => {
  const model = new Linear({ inputs: 1, outputs: 1, bias: false }, rng);
  loadStateDict(model, new Map([["weight", { dtype: "F64", shape: [1, 1], data: Float64Array.of(0.1) }]]));
  expect((model.weight as Tensor).data[0]).toBe(Math.fround(0.1));
});

test("float16 and bfloat16 are loaded exactly", async () => {
  const model = new Linear({ inputs: 2, outputs: 1 }, rng);
  const [weight, bias] = [Float32Array.of(0.333251953125, -65_504), Float32Array.of(-3.140625)];
  const bytes = encodeSafetensors(
    new Map([
      ["weight", { dtype: "F16", shape: [1, 2], data: weight }],
      ["bias", { dtype: "BF16", shape: [1], data: bias }],
    ]),
  );
  loadStateDict(model, decodeSafetensors(bytes).tensors);
  expect(await snapshot(parametersOf(model))).toEqual(new Map(Object.entries({ weight, bias })));
});

test("anything wrong is named, and nothing written", async () => {
  const model = new Conv1d({ width: 3, channels: 2, filters: 4 }, rng);
  const before = await snapshot(parametersOf(model));
  const bias = floats([4], [1, 2, 3, 4]);
  const weight = floats([4, 2, 3], new Array(24).fill(1));
  const load = (entries: [string, SafetensorsEntry][]) => () => loadStateDict(model, new Map(entries));
  expect(load([["bias", bias]])).toThrow('loadStateDict: there is no tensor for the parameter "weight"');
  expect(
    load([
      ["bias", bias],
      ["weight", weight],
      ["gain", bias],
    ]),
  ).toThrow('loadStateDict: there is a tensor for "gain" but no such parameter');
  expect(
    load([
      ["bias", bias],
      ["weight", floats([3, 2, 4], new Array(24).fill(1))],
    ]),
  ).toThrow("loadStateDict: \"weight\" is [3,2,4], the model's is [4,2,3] in PyTorch's layout");
  expect(
    load([
      ["weight", weight],
      ["bias", floats([1, 4], [1, 2, 3, 4])],
    ]),
  ).toThrow('loadStateDict: "bias" is [1,4], the model\'s is [4]');
  expect(
    load([
      ["weight", weight],
      ["bias", { dtype: "I64", shape: [4], data: new BigInt64Array(4) }],
    ]),
  ).toThrow('loadStateDict: "bias" is I64; weights are F32, F64, F16 or BF16');
  expect(await snapshot(parametersOf(model))).toEqual(before);
});

test("a prefix before every name is named, with how to strip it", () => {
  const model = new TextCnn({ rows: 5, outputs: 1 }, rng);
  const prefixed = (prefix: string, names: Iterable<string>) =>
    new Map(Array.from(names, (name) => [`${prefix}${name}`, floats([1], [0])]));
  const names = [...parametersOf(model).keys()];
  const load =
    (prefix: string, of: Iterable<string> = names) =>
    () =>
      loadStateDict(model, prefixed(prefix, of));
  const strip = (length: number) =>
    `strip it: new Map([...state].map(([name, entry]) => [name.slice(${length}), entry]))`;
  expect(load("module.")).toThrow(
    new RangeError(`loadStateDict: every name begins with "module.", which torch.nn.DataParallel adds; ${strip(7)}`),
  );
  expect(load("_orig_mod.")).toThrow(`begins with "_orig_mod.", which torch.compile adds; ${strip(10)}`);
  expect(load("model.encoder.")).toThrow(`every name begins with "model.encoder."; ${strip(14)}`);
  expect(load("module.", [...names, "head.weight"])).toThrow('every name begins with "module."');
  expect(load("model.", [...names, "head.weight"])).toThrow('there is a tensor for "model.');
  expect(() => loadStateDict(model, new Map())).toThrow("there is no tensor for the parameter");
});
