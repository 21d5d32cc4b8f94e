import {
  dense,
  gradients,
  type Matrix,
  mul,
  ones,
  Sparse,
  stream,
  sum,
  tensor,
  type Weight,
  type WeightVector,
  zeros,
} from "@ltt/core";
import { expect, test } from "vitest";
import {
  copyWeights,
  countParameters,
  isFrozen,
  Linear,
  Module,
  parametersOf,
  restore,
  snapshot,
  TextCnn,
  TextLstm,
  trainable,
  withParameters,
} from "./index.ts";

const rng = stream(1, "init");
const sizes = { rows: 9, dim: 2, outputs: 3 };

class Scale extends Module {
  readonly weight: WeightVector;
  readonly factor = 2;

  constructor({ channels }: { channels: number }) {
    super();
    this.weight = ones([channels], { requiresGrad: true });
  }

  forward(x: Matrix): Matrix {
    return mul(mul(x, dense(this.weight)), this.factor);
  }
}

class Twice extends Module {
  readonly first: Scale;
  readonly second: Scale;

  constructor() {
    super();
    this.first = new Scale({ channels: 2 });
    this.second = this.first;
  }

  forward(x: Matrix): Matrix {
    return this.second.forward(this.first.forward(x));
  }
}

test("the names and their order are PyTorch's", () => {
  const cnn = new TextCnn({ ...sizes, widths: [3, 4], filters: 2 }, rng);
  expect([...parametersOf(cnn).keys()]).toEqual([
    "embedding.weight",
    "convs.0.weight",
    "convs.0.bias",
    "convs.1.weight",
    "convs.1.bias",
    "linear.weight",
    "linear.bias",
  ]);
  const lstm = new TextLstm({ ...sizes, hidden: 2 }, rng);
  const directions = ["l0", "l0_reverse", "l1", "l1_reverse"];
  const names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"];
  expect([...parametersOf(lstm).keys()]).toEqual([
    "embedding.weight",
    ...directions.flatMap((direction) => names.map((name) => `lstm.${name}_${direction}`)),
    "linear.weight",
    "linear.bias",
  ]);
});

test("a layer of one's own needs its fields and a forward", () => {
  const scale = new Scale({ channels: 2 });
  expect([...parametersOf(scale).keys()]).toEqual(["weight"]);
  const other = withParameters(scale, new Map([["weight", tensor([5, 7])]]));
  expect(other).toBeInstanceOf(Scale);
  expect([...other.forward(tensor([[1, 1]])).data]).toEqual([10, 14]);
});

test("withParameters makes a new model and leaves the old one alone", async () => {
  const model = new Linear({ inputs: 2, outputs: 1 }, rng);
  const before = await snapshot(parametersOf(model));
  const weight = new Sparse([1, 2], Int32Array.of(1), tensor([3], [1], { requiresGrad: true }));
  const pruned = withParameters(
    model,
    new Map<string, Weight>([
      ["bias", zeros([1])],
      ["weight", weight],
    ]),
  );

  expect(pruned.weight).toBe(weight);
  expect([...pruned.forward(tensor([[10, 100]])).data]).toEqual([300]);
  expect(await snapshot(parametersOf(model))).toEqual(before);
  expect([...parametersOf(pruned).keys()]).toEqual(["weight", "bias"]);
  expect([countParameters(model), countParameters(pruned)]).toEqual([3, 2]);
});

test("a weight used twice is one parameter, and stays one", () => {
  const model = new Twice();
  expect([...parametersOf(model).keys()]).toEqual(["first.weight"]);
  const other = withParameters(model, new Map([["first.weight", tensor([3, 3])]]));
  expect(other.second.weight).toBe(other.first.weight);
  expect([...other.forward(tensor([[1, 2]])).data]).toEqual([36, 72]);
});

test("withParameters names what is missing, unknown or of another shape", () => {
  const model = new Linear({ inputs: 2, outputs: 1 }, rng);
  const good = parametersOf(model);
  expect(() => withParameters(model, new Map([["bias", zeros([1])]]))).toThrow(
    'withParameters: there is no weight for the parameter "weight"',
  );
  expect(() => withParameters(model, new Map([...good, ["gain", zeros([1])]]))).toThrow(
    'withParameters: there is a weight for "gain" but no such parameter',
  );
  expect(() => withParameters(model, new Map([...good, ["weight", zeros([2, 1])]]))).toThrow(
    'withParameters: "weight" is [2,1], the model\'s is [1,2]',
  );
});

test("trainable gives tensors themselves and the values of what is sparse, each once", () => {
  const bias = zeros([2], { requiresGrad: true });
  const values = ones([1], { requiresGrad: true });
  const sparse = new Sparse([2, 2], Int32Array.of(3), values);
  expect(trainable([bias, sparse, bias])).toEqual([bias, values]);
  expect(trainable([bias, sparse, bias])[1]).toBe(values);
});

test("a snapshot is a copy, and restoring it brings the bits back", async () => {
  const sparse = new Sparse([2, 2], Int32Array.of(0, 3), tensor([1, -0], [2], { requiresGrad: true }));
  const weights = new Map<string, Weight>([
    ["a", tensor([1.5, 2.5])],
    ["b", sparse],
  ]);
  const taken = await snapshot(weights);
  for (const weight of trainable(weights.values())) weight.write(Float32Array.of(9, 9));
  expect([...taken.get("a")!]).toEqual([1.5, 2.5]);
  restore(weights, taken);
  expect(await snapshot(weights)).toEqual(taken);
  expect(Object.is(sparse.values.data[1], -0)).toBe(true);
});

test("restore writes nothing if anything is wrong", () => {
  const a = tensor([1, 2]);
  const weights = new Map<string, Weight>([
    ["a", a],
    ["b", tensor([3])],
  ]);
  const five = Float32Array.of(5, 5);
  expect(() => restore(weights, new Map([["a", five]]))).toThrow('restore: there is no snapshot for the parameter "b"');
  expect(() =>
    restore(
      weights,
      new Map([
        ["a", five],
        ["b", five],
      ]),
    ),
  ).toThrow('restore: "b" has 2 values, the model\'s weight holds 1');
  expect([...a.data]).toEqual([1, 2]);
});

test("copies are trainable, of equal values, and independent", async () => {
  const sparse = new Sparse([2, 2], Int32Array.of(0, 3), tensor([1, 2], [2], { requiresGrad: true }));
  const weights = new Map<string, Weight>([
    ["a", tensor([4, 5])],
    ["b", sparse],
  ]);
  const copies = await copyWeights(weights);
  expect(await snapshot(copies)).toEqual(await snapshot(weights));
  const [a, b] = [copies.get("a"), copies.get("b")] as [WeightVector, Sparse];
  expect(b.positions).toEqual(sparse.positions);
  expect([...gradients(sum(dense(a)), [a as ReturnType<typeof zeros>])[0]!.data]).toEqual([1, 1]);
  sparse.values.write(Float32Array.of(8, 8));
  expect([...b.values.data]).toEqual([1, 2]);
});

test("what is frozen is a parameter that nobody trains", async () => {
  const vectors = Float32Array.from({ length: 18 }, (_, i) => i);
  const embedding = { initialisers: { weight: () => Float32Array.from(vectors) }, frozen: true };
  for (const model of [
    new TextCnn({ ...sizes, embedding }, rng),
    new TextLstm({ ...sizes, hidden: 2, embedding }, rng),
  ]) {
    const trained = new TextCnn(sizes, rng);
    const weights = parametersOf(model);
    const frozen = [...weights].filter(([, weight]) => isFrozen(weight)).map(([name]) => name);
    expect(frozen).toEqual(["embedding.weight"]);
    expect(trainable(weights.values()).length).toBe(weights.size - 1);
    expect(trainable(parametersOf(trained).values()).length).toBe(parametersOf(trained).size);
    expect(countParameters(model)).toBe([...weights.values()].reduce((total, { size }) => total + size, 0));
    // The rows of <unk> and <pad> are 0 whatever the vectors say.
    expect([...(await snapshot(weights)).get("embedding.weight")!]).toEqual([0, 0, 0, 0, ...vectors.subarray(4)]);
  }
});

test("of a model all that is trained, in the order of its parameters", () => {
  const model = new TextCnn({ ...sizes, embedding: { frozen: true } }, rng);
  const all = [...parametersOf(model).values()];
  expect(trainable(model)).toEqual(all.slice(1));
});
