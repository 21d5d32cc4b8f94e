import { inspect } from "node:util";
import { type Matrix, relu, Sparse, stream, type Tensor, tensor, type Weight, zeros } from "@ltt/core";
import { describe, expect, test } from "vitest";
import { Normalised } from "../test/running-mean.ts";
import {
  buffer,
  buffersOf,
  compact,
  countParameters,
  Embedding,
  Linear,
  loadStateDict,
  Module,
  multiplications,
  observed,
  parametersOf,
  resized,
  Sequential,
  stateDict,
  stateOf,
  TextCnn,
  TextLstm,
  trainable,
  unitsOf,
  updateStatistics,
  withParameters,
} from "./index.ts";

const rng = stream(1, "init");

test("a model prints its layers, options and shapes, and how many parameters it has", () => {
  const model = new TextCnn({ rows: 2000, outputs: 2, dim: 50, widths: [3, 4], filters: 10, paddingId: 1 }, rng);
  expect(String(model)).toBe(`TextCnn(
  (embedding): Embedding(weight [2000,50], paddingId=1)
  (convs): [
    (0): Conv1d(weight [3,50,10], bias [10])
    (1): Conv1d(weight [4,50,10], bias [10])
  ]
  (dropout): Dropout(p=0.5)
  (linear): Linear(weight [2,20], bias [2])
)
103,562 parameters`);
  expect(`${new Linear({ inputs: 3, outputs: 2, bias: false }, rng)}`).toBe("Linear(weight [2,3])\n6 parameters");
});

test("what is long stands in lines", () => {
  const model = new TextLstm({ rows: 5, outputs: 1, dim: 4, hidden: 3, layers: 1 }, rng);
  expect(String(model)).toContain(`
  (lstm): Lstm(
    layers=1, bidirectional=true, recompute=false
    weight_ih_l0 [12,4]
    weight_hh_l0 [12,3]
    bias_ih_l0 [12]
    bias_hh_l0 [12]
    weight_ih_l0_reverse [12,4]
    weight_hh_l0_reverse [12,3]
    bias_ih_l0_reverse [12]
    bias_hh_l0_reverse [12]
    (dropout): Dropout(p=0.5)
  )
`);
});

test("what of a pruned weight is stored, what is frozen and what is a buffer is said", () => {
  const model = new Normalised();
  const values = tensor([1, 2], [2], { requiresGrad: true });
  const sparse = new Sparse([2, 3], Int32Array.of(0, 4), values);
  const pruned = withParameters(model, parametersOf(model).set("linear.weight", sparse));
  expect(String(pruned)).toBe(`Normalised(
  (norm): RunningMean(weight [3], running_mean [3] buffer, momentum=0.25)
  (linear): Linear(weight [2,3] 2 stored, bias [2])
)
11 parameters, 7 stored (63.6 %), 3 values in buffers`);
  expect(String(new Embedding({ rows: 1000, dim: 2, frozen: true }, rng))).toBe(
    "Embedding(weight [1000,2] frozen)\n2,000 parameters, 2,000 frozen",
  );
});

test("lists of weights print, a weight in two places counts once, and a module without any is a line", () => {
  class Tied extends Module {
    readonly tables: readonly Weight[] = [zeros([2, 2]), zeros([3])];
    readonly again: Weight = this.tables[0]!;
    readonly scalar: Tensor<readonly []> = buffer(zeros([]));
    readonly sizes: readonly number[] = [1, 2];
    readonly activation = Math.tanh;
  }
  expect(String(new Tied())).toBe(`Tied(
  again [2,2] frozen
  scalar [] buffer
  (tables): [
    (0): [2,2] frozen
    (1): [3] frozen
  ]
  (activation): tanh
)
7 parameters, 7 frozen, 1 values in buffers`);
  class Nothing extends Module {}
  expect(String(new Nothing())).toBe("Nothing()\n0 parameters");
});

test("Node shows the same, also inside of something else", () => {
  const model = new Linear({ inputs: 2, outputs: 1 }, rng);
  expect(inspect(model)).toBe(String(model));
  expect(inspect({ model })).toContain("Linear(weight [1,2], bias [1])");
});

describe("a module that contains itself", () => {
  class Block extends Module {
    readonly linear = new Linear({ inputs: 2, outputs: 2 }, rng);
    readonly inside: Module[] = [];
    parent: Module | undefined;
    forward = (x: Matrix) => this.linear.forward(x);
  }
  const alone = new Block();
  alone.parent = alone;
  const [outer, inner] = [new Block(), new Block()];
  outer.inside.push(new Block(), inner);
  inner.parent = outer;

  const [one, two] = ['"parent" is the model itself', '"inside.1.parent" is the model itself'];
  const end = ", which contains it; a module's fields lead to its parts only: leave this one out";
  const walks: readonly [string, (model: Block) => unknown][] = [
    ["parametersOf", parametersOf],
    ["buffersOf", buffersOf],
    ["stateOf", stateOf],
    ["withParameters", (model) => withParameters(model, new Map())],
    ["resized", (model) => resized(model, new Map())],
    ["trainable", trainable],
    ["countParameters", countParameters],
    ["stateDict", stateDict],
    ["loadStateDict", (model) => loadStateDict(model, new Map())],
    ["observed", (model) => observed(model, () => {})],
    ["unitsOf", unitsOf],
    ["compact", (model) => compact(Object.assign(model, { units: () => [] }))],
    ["multiplications", (model) => multiplications(model, zeros([1, 2]))],
    ["updateStatistics", (model) => updateStatistics(model, [], rng)],
  ];
  test.each(walks)("is refused by %s, which says where", async (name, walk) => {
    await expect(async () => walk(alone)).rejects.toThrow(new TypeError(`${name}: ${one}${end}`));
    await expect(async () => walk(outer)).rejects.toThrow(new TypeError(`${name}: ${two}${end}`));
  });

  test("and where a part of the model is what does, that is named", () => {
    expect(() => parametersOf(new Sequential([relu, alone]))).toThrow(
      new TypeError(`parametersOf: "1.parent" is "1"${end}`),
    );
    const list: unknown[] = [];
    list.push(list);
    const listed = Object.assign(new Linear({ inputs: 1, outputs: 1 }, rng), { list });
    expect(() => parametersOf(listed)).toThrow(new TypeError(`parametersOf: "list.0" is "list"${end}`));
  });

  test("prints, so that one finds it", () => {
    expect(String(outer)).toContain(`(1): Block(
      (linear): Linear(weight [2,2], bias [2])
      (parent): Block, which contains this`);
    expect(String(outer)).toMatch(/\n18 parameters$/);
    expect(inspect(alone)).toContain("(parent): Block, which contains this");
  });

  test("is not one that stands in two places", async () => {
    const twice = new Sequential([alone.linear, relu, alone.linear]);
    expect([...parametersOf(twice).keys()]).toEqual(["0.weight", "0.bias"]);
    expect((await stateDict(twice)).size).toBe(2);
  });
});
