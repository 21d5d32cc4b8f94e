import {
  decodeSafetensors,
  type Matrix,
  ones,
  type SafetensorsEntry,
  Sparse,
  stream,
  type Tensor,
  tensor,
  tokens,
  type Weight,
  zeros,
} from "@ltt/core";
import { createDeferredBackend } from "@ltt/core/testing";
import { expect, test } from "vitest";
import { using } from "../test/backends.ts";
import { Normalised, RunningMean } from "../test/running-mean.ts";
import {
  Adam,
  type Batch,
  buffer,
  buffersOf,
  copyWeights,
  countParameters,
  decodeCheckpoint,
  EarlyStopping,
  encodeCheckpoint,
  evaluate,
  loadStateDict,
  type Position,
  parametersOf,
  restore,
  snapshot,
  stateDict,
  stateOf,
  train,
  trainable,
  withParameters,
} from "./index.ts";

const NAME = "norm.running_mean";
const valuesOf = (model: Normalised) => [...model.norm.running_mean.data];

function batches(epoch: number): Batch<Matrix>[] {
  const rng = stream(7, "batches", epoch);
  return [0, 1].map(() => ({ input: tensor(rng.normals(12), [4, 3]), targets: tokens([0, 1, 0, 1], [4]) }));
}

async function advance(model: Normalised, optimiser: Adam, to: number, start: Position): Promise<Position> {
  for await (const step of train(model, { batches, epochs: 99, optimiser, seed: 3, start })) {
    if (step.step === to) return step;
  }
  return start;
}

const BEGINNING = { epoch: 1, batch: 0, step: 0 };
const optimiserOf = (model: Normalised) => new Adam(trainable(model), { learningRate: 0.01 });
const trained = async (steps: number) => {
  const model = new Normalised();
  await advance(model, optimiserOf(model), steps, BEGINNING);
  return model;
};

test("a buffer is no parameter: it is neither trained nor counted, and stands in the state under its name", () => {
  const model = new Normalised();
  expect([...parametersOf(model).keys()]).toEqual(["norm.weight", "linear.weight", "linear.bias"]);
  expect([...buffersOf(model)]).toEqual([[NAME, model.norm.running_mean]]);
  expect([...stateOf(model).keys()]).toEqual(["norm.weight", "linear.weight", "linear.bias", NAME]);
  expect(countParameters(model)).toBe(3 + 6 + 2);
  expect(trainable(stateOf(model).values())).toEqual(trainable(model));
});

test("the module changes it while training, and uses it afterwards", () => {
  const norm = new RunningMean({ channels: 2 });
  const x = tensor([
    [1, 2],
    [3, 10],
  ]);
  expect([...norm.forward(x, { training: { rng: stream(1) } }).data]).toEqual([-1, -4, 1, 4]);
  expect([...norm.running_mean.data]).toEqual([0.5, 1.5]);
  expect([...norm.forward(x).data]).toEqual([0.5, 0.5, 2.5, 8.5]);
  expect([...norm.running_mean.data]).toEqual([0.5, 1.5]);
});

test("a model with other weights has buffers of its own, with the same values unless told", async () => {
  const model = await trained(3);
  const before = valuesOf(model);
  const positions = Int32Array.of(0, 4);
  const sparse = new Sparse([2, 3], positions, tensor([1, 2], [2], { requiresGrad: true }));
  const pruned = withParameters(model, parametersOf(model).set("linear.weight", sparse));
  expect(valuesOf(pruned)).toEqual(before);
  await advance(pruned, optimiserOf(pruned), 2, BEGINNING);
  expect(valuesOf(pruned)).not.toEqual(before);
  expect(valuesOf(model)).toEqual(before);
  expect([...buffersOf(pruned).keys()]).toEqual([NAME]);

  const given = new Map<string, Weight>([...parametersOf(model), [NAME, tensor([1, 2, 3])]]);
  expect(valuesOf(withParameters(model, given))).toEqual([1, 2, 3]);
  expect([...buffersOf(withParameters(model, given)).keys()]).toEqual([NAME]);
});

test("a scalar buffer is copied too", () => {
  class Counted extends RunningMean {
    readonly count: Tensor<readonly []> = buffer(zeros([]));
  }
  const model = new Counted({ channels: 1 });
  model.count.write(Float32Array.of(-0));
  const copy = withParameters(model, parametersOf(model));
  model.count.write(Float32Array.of(7));
  expect(copy.count.shape).toEqual([]);
  expect(copy.count.data).toEqual(Float32Array.of(-0));
});

test("snapshots, early stopping and copies keep it", async () => {
  const model = await trained(2);
  const [before, state] = [valuesOf(model), await snapshot(stateOf(model))];
  const stopping = new EarlyStopping(stateOf(model), { patience: 5 });
  await stopping.update(2, 1);
  const copies = await copyWeights(stateOf(model));
  await advance(model, optimiserOf(model), 4, BEGINNING);
  expect(valuesOf(model)).not.toEqual(before);
  stopping.restore();
  expect(valuesOf(model)).toEqual(before);
  model.norm.running_mean.write(Float32Array.of(9, 9, 9));
  restore(stateOf(model), state);
  expect(valuesOf(model)).toEqual(before);
  const copied = withParameters(model, copies);
  expect([valuesOf(copied), [...buffersOf(copied).keys()]]).toEqual([before, [NAME]]);
});

test("five steps, a checkpoint and five more are ten, byte for byte, and evaluate alike", async () => {
  const save = async (model: Normalised, optimiser: Adam, position: Position) =>
    encodeCheckpoint({
      weights: parametersOf(model),
      buffers: buffersOf(model),
      optimiser: await optimiser.state(),
      position,
    });
  const whole = new Normalised();
  const wholeOptimiser = optimiserOf(whole);
  const wholeEnd = await save(whole, wholeOptimiser, await advance(whole, wholeOptimiser, 10, BEGINNING));

  const first = new Normalised();
  const firstOptimiser = optimiserOf(first);
  const bytes = await save(first, firstOptimiser, await advance(first, firstOptimiser, 5, BEGINNING));
  expect([...decodeSafetensors(bytes).tensors.keys()]).toContain(`buffers/${NAME}`);
  const { weights, buffers, optimiser: state, position } = decodeCheckpoint(bytes);
  expect(await encodeCheckpoint(decodeCheckpoint(bytes))).toEqual(bytes);
  const second = withParameters(new Normalised(2), new Map([...weights, ...buffers]));
  const secondOptimiser = optimiserOf(second);
  secondOptimiser.load(state!);
  const end = await save(second, secondOptimiser, await advance(second, secondOptimiser, 10, position!));
  expect(Buffer.from(end).equals(Buffer.from(wholeEnd))).toBe(true);
  expect(await evaluate(second, batches(1))).toEqual(await evaluate(whole, batches(1)));
});

test("a checkpoint without buffers has the bytes that it had before there were any", async () => {
  const weights = new Map([["a", ones([2], { requiresGrad: true })]]);
  const bytes = await encodeCheckpoint({ weights });
  expect(await encodeCheckpoint({ weights, buffers: new Map() })).toEqual(bytes);
  expect(decodeCheckpoint(bytes).buffers).toEqual(new Map());
  const both = await encodeCheckpoint({ weights, buffers: new Map([["a", ones([2])]]) });
  expect(() => decodeCheckpoint(both, "both.safetensors")).toThrow(
    'checkpoint: both.safetensors: "a" stands there both as a weight and as a buffer',
  );
});

test("state dicts hold it under PyTorch's name; a buffer of integers is read, if float32 holds them", async () => {
  const model = await trained(2);
  const state = await stateDict(model);
  expect(state.get(NAME)).toEqual({ dtype: "F32", shape: [3], data: Float32Array.from(valuesOf(model)) });
  const other = new Normalised(2);
  loadStateDict(other, state);
  expect(await snapshot(stateOf(other))).toEqual(await snapshot(stateOf(model)));

  const counts = (...data: bigint[]) => ({ dtype: "I64", shape: [3], data: BigInt64Array.from(data) }) as const;
  loadStateDict(other, new Map<string, SafetensorsEntry>([...state, [NAME, counts(1n, -2n, 16_777_216n)]]));
  expect(valuesOf(other)).toEqual([1, -2, 16_777_216]);
  expect(() =>
    loadStateDict(other, new Map<string, SafetensorsEntry>([...state, [NAME, counts(1n, 16_777_217n, 0n)]])),
  ).toThrow('loadStateDict: "norm.running_mean": value 1 is 16777217, which float32 does not hold exactly');
  const raw = { dtype: "F8_E4M3", shape: [3], bytes: new Uint8Array(3) } as const;
  expect(() => loadStateDict(other, new Map<string, SafetensorsEntry>([...state, [NAME, raw]]))).toThrow(
    'loadStateDict: "norm.running_mean" is F8_E4M3; buffers are numbers',
  );
  state.delete(NAME);
  expect(() => loadStateDict(other, state)).toThrow(
    'loadStateDict: there is no tensor for the buffer "norm.running_mean"',
  );
});

test("on a device too: the module changes it in the order of issue, and a copy is what it was then", () =>
  using(createDeferredBackend(), async () => {
    const model = await trained(3);
    const copy = withParameters(model, parametersOf(model));
    const before = await snapshot(buffersOf(model));
    await advance(model, optimiserOf(model), 2, BEGINNING);
    expect(await snapshot(buffersOf(model))).not.toEqual(before);
    expect(await snapshot(buffersOf(copy))).toEqual(before);
    expect(() => valuesOf(copy)).toThrow("computes asynchronously");
  }));

test("what cannot be a buffer is refused", () => {
  expect(() => buffer(ones([2], { requiresGrad: true }))).toThrow(
    "buffer: tensor has a gradient: make it without requiresGrad; what is trained is a parameter",
  );
  const model = new Normalised();
  const weights = parametersOf(model);
  expect(() => withParameters(model, new Map([...weights, [NAME, ones([3], { requiresGrad: true })]]))).toThrow(
    "buffer: tensor has a gradient",
  );
  expect(() => withParameters(model, new Map([...weights, [NAME, ones([2])]]))).toThrow(
    'withParameters: "norm.running_mean" is [2], the model\'s is [3]',
  );
  expect(() => withParameters(model, new Map([...weights, ["linear.bias", buffer(ones([2]))]]))).toThrow(
    'withParameters: "linear.bias" is a buffer, the model\'s is a parameter',
  );
});
