import { type Matrix, relu, stream, type Tensor, tensor, tokens } from "@ltt/core";
import { type Batch, BatchNorm1d, type Context, Linear, Module, parametersOf, snapshot, stateOf } from "@ltt/layers";
import { describe, expect, test } from "vitest";
import { classification } from "../classification.ts";
import { layerImportanceCriterion } from "../criteria/layer-importance.ts";
import type { Evidence } from "../criterion.ts";
import type { Values } from "../pattern.ts";
import { aligned, union } from "./aligned.ts";
import { connection, errorBarrier, interpolated } from "./error-barrier.ts";
import { layerImportance } from "./layer-importance.ts";
import { layersOf } from "./layers-of.ts";
import { maskOverlap } from "./mask-overlap.ts";
import { weightMovement } from "./weight-movement.ts";

const values = (...numbers: number[]) => Float32Array.from(numbers);

describe("weightMovement", () => {
  test("distances, growth and signs, by hand", () => {
    const initial = new Map([
      ["a", values(3, -4)],
      ["b", values(0, 0)],
    ]);
    const trained = new Map([
      ["a", values(6, 0)],
      ["b", values(0, -12)],
    ]);
    const { tensors, all } = weightMovement(initial, trained);
    // a: 3 and 4 away, ‖w0‖ = 5; of its weights one grew and one became 0, which has no sign
    expect(tensors.get("a")).toEqual({ count: 2, distance: 5, relative: 1, mean: 3.5, grew: 0.5, keptSign: 0.5 });
    expect(tensors.get("b")).toEqual({ count: 2, distance: 12, relative: null, mean: 6, grew: 0.5, keptSign: null });
    expect(all).toEqual({ count: 4, distance: 13, relative: 13 / 5, mean: 4.75, grew: 0.5, keptSign: 0.5 });
  });

  test("other tensors are refused", () => {
    expect(() => weightMovement(new Map([["a", values(1)]]), new Map())).toThrow(
      'weightMovement: "a" has 1 values before training and none after it',
    );
  });
});

test("values of one mask at another: 0 where there is none, by hand", () => {
  const mask = (...positions: number[]) => new Map([["a", Int32Array.from(positions)]]);
  const masked = { pattern: mask(1, 4, 6), values: new Map([["a", values(10, 40, 60)]]) };
  const at = (...positions: number[]) => [...aligned(masked, mask(...positions)).get("a")!];
  expect(at(1, 4, 6)).toEqual([10, 40, 60]);
  expect(at(0, 4, 5, 6, 9)).toEqual([0, 40, 0, 60, 0]);
  expect(at()).toEqual([]);
  expect(union(mask(1, 4, 6), mask(0, 4, 5, 9))).toEqual(mask(0, 1, 4, 5, 6, 9));
  expect(union(mask(), mask(2))).toEqual(mask(2));
});

test("maskOverlap counts what both keep, and what random masks would", () => {
  const mask = (...positions: number[]) =>
    new Map([
      ["a", Int32Array.from(positions)],
      ["bias", Int32Array.of(0, 1)],
    ]);
  const sizes = new Map([
    ["a", 10],
    ["bias", 2],
  ]);
  // 2 of 4 and 5 are common, by chance 4·5/10 = 2; the bias is whole in both and tells nothing
  expect(maskOverlap(mask(0, 1, 2, 3), mask(2, 3, 4, 5, 6), sizes)).toEqual({ jaccard: 2 / 7, byChance: 2 / 7 });
  expect(maskOverlap(mask(0, 1), mask(0, 1), sizes)).toEqual({ jaccard: 1, byChance: 0.4 / 3.6 });
});

test("layersOf groups by layer, those of an LSTM by layer and direction", () => {
  const names = [
    "embedding.weight",
    "lstm.weight_ih_l0",
    "lstm.bias_hh_l0",
    "lstm.weight_hh_l0_reverse",
    "fc.weight",
    "fc.bias",
    "scale",
  ];
  expect([...layersOf(names)]).toEqual([
    ["embedding", ["embedding.weight"]],
    ["lstm.l0", ["lstm.weight_ih_l0", "lstm.bias_hh_l0"]],
    ["lstm.l0_reverse", ["lstm.weight_hh_l0_reverse"]],
    ["fc", ["fc.weight", "fc.bias"]],
    ["scale", ["scale"]],
  ]);
});

/** `y = w₂ · relu(w₁ · x)`, one logit, two classes. */
class Two extends Module {
  readonly first = new Linear({ inputs: 1, outputs: 1, bias: false }, stream(1));
  readonly second = new Linear({ inputs: 1, outputs: 1 }, stream(1));

  forward(x: Matrix): Matrix {
    return this.second.forward(relu(this.first.forward(x)));
  }
}

function two(first: number, second: number, bias: number): Two {
  const model = new Two();
  (model.first.weight as Tensor).write(values(first));
  (model.second.weight as Tensor).write(values(second));
  (model.second.bias as Tensor).write(values(bias));
  return model;
}

/** Class 1 where x is 2, class 0 where it is 0. */
const batches = (): Batch<Matrix>[] => [{ input: tensor([2, 0, 2, 0], [4, 1]), targets: tokens([1, 0, 1, 0], [4]) }];

describe("errorBarrier", () => {
  test("is the worst place minus the mean of the ends", () => {
    expect(errorBarrier([0.1, 0.5, 0.2, 0.3])).toBeCloseTo(0.3, 12);
    expect(errorBarrier([0.25, 0.25])).toBe(0);
    expect(() => errorBarrier([0.1])).toThrow("errorBarrier: there are 1 errors; two are the ends");
  });

  test("of places at even distances, by hand", async () => {
    const [a, b] = [new Map([["w", values(1)]]), new Map([["w", values(-1)]])];
    expect(interpolated(a, b, 0.25)).toEqual(new Map([["w", values(0.5)]]));
    const model = two(1, 1, -1);
    const right = await snapshot(stateOf(model));
    // the other end has w₁ = −1, for which nothing passes the ReLU
    const other: Values = new Map([
      ...right,
      ["first.weight", values(-1)],
      ["second.weight", values(1)],
      ["second.bias", values(-1)],
    ]);
    const found = await connection(model, right, other, {
      batches,
      measure: classification,
      between: 3,
      statistics: batches,
      rng: stream(1),
    });
    // w₁ = 1, ½, 0, −½, −1: x = 2 gives relu(2w₁) − 1 = 1, 0, −1, −1, −1; a logit of 0 is class 0
    expect(found.points).toEqual([
      { alpha: 0, error: 0 },
      { alpha: 0.25, error: 0.5 },
      { alpha: 0.5, error: 0.5 },
      { alpha: 0.75, error: 0.5 },
      { alpha: 1, error: 0.5 },
    ]);
    expect(found.barrier).toBe(0.25);
  });

  test("other masks are refused", () => {
    expect(() => interpolated(new Map([["w", values(1)]]), new Map([["w", values(1, 2)]]), 0.5)).toThrow(
      'interpolated: "w" has 1 values and 2: the networks have other masks',
    );
  });

  test("statistics of batch normalisations are those of the place, not of either end", async () => {
    class Normed extends Module {
      readonly linear = new Linear({ inputs: 1, outputs: 1, bias: false }, stream(1));
      readonly norm = new BatchNorm1d({ channels: 1 }, stream(1));
      forward(x: Matrix, context: Context = {}): Matrix {
        return this.norm.forward(this.linear.forward(x), context);
      }
    }
    const model = new Normed();
    const state = await snapshot(stateOf(model));
    const at = (w: number): Values => new Map([...state, ["linear.weight", values(w)]]);
    const [a, b] = [at(1), at(3)];
    await connection(model, a, b, {
      batches,
      measure: classification,
      between: 1,
      statistics: batches,
      rng: stream(1),
    });
    // at the last place w is 3: inputs 2, 0, 2, 0 have the mean 3 and the unbiased variance 12
    expect(model.norm.running_mean.data).toEqual(values(3));
    expect(model.norm.running_var.data).toEqual(values(12));
    expect(model.norm.momentum).toBe(0.1);
  });
});

test("layerImportance: the accuracy with one layer put back, and the weights are the trained ones again", async () => {
  const model = two(1, 1, -1); // right everywhere
  const initial = new Map([
    ["first.weight", values(-1)],
    ["second.weight", values(1)],
    ["second.bias", values(-0.5)],
  ]);
  const fresh = new Map([
    ["first.weight", values(2)],
    ["second.weight", values(-1)],
    ["second.bias", values(1)],
  ]);
  const found = await layerImportance(model, { initial, fresh }, batches, classification);
  expect(found).toEqual([
    // w₁ = −1: both logits −1, class 0: half; w₁ = 2: 3 and −1, right
    { layer: "first", stored: 1, accuracy: { initial: 0.5, fresh: 1 } },
    // x − ½: right; 1 − x: −1 and 1, all wrong
    { layer: "second", stored: 2, accuracy: { initial: 1, fresh: 0 } },
  ]);
  expect((parametersOf(model).get("second.weight") as Tensor).data).toEqual(values(1));
});

test("the criterion shares what a layer is worth among its weights by their squares", async () => {
  const trained: Values = new Map([
    ["a.weight", values(3, 4)],
    ["a.bias", values(0)],
    ["b.weight", values(2)],
  ]);
  const initial: Values = new Map([
    ["a.weight", values(1, 1)],
    ["a.bias", values(0)],
    ["b.weight", values(9)],
  ]);
  const losses = new Map([
    ["3,4,0,2", 1],
    ["1,1,0,2", 6],
    ["3,4,0,9", 0.5],
  ]);
  const evidence = {
    trained: async () => trained,
    initial: async () => initial,
    lossOf: async (weights: Values) => losses.get([...weights.values()].map((part) => part.join()).join())!,
  } as unknown as Evidence;
  // a is worth 5, shared 9 : 16 of 25; b is worth nothing: without what it learnt the loss is lower
  expect(await layerImportanceCriterion.score(evidence)).toEqual(
    new Map([
      ["a.weight", values(1.8, 3.2)],
      ["a.bias", values(0)],
      ["b.weight", values(0)],
    ]),
  );
});
