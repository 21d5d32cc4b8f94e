import { stream, type Tensor, type Tensor4, tensor, tokens } from "@ltt/core";
import { Conv2d, LeNet300, Module, parametersOf, type UnitGroup, withParameters } from "@ltt/layers";
import { describe, expect, test } from "vitest";
import { gammas } from "./batch-norm-gamma.ts";
import { contributionsOf } from "./contributions.ts";
import { cutUnits, unitsLeft } from "./cut-units.ts";
import { l1Norms } from "./l1-norm.ts";
import { greedyOrder } from "./thinet.ts";

/** Three units: rows of a 3×2 matrix and a bias, read by the columns of a 2×3 matrix. */
const group: UnitGroup = {
  name: "hidden",
  kind: "neurons",
  count: 3,
  weights: [{ tensor: "hidden.weight", axis: 0 }],
  biases: [{ tensor: "hidden.bias", axis: 0 }],
  reads: [{ tensor: "output.weight", axis: 1 }],
};
const shapes = new Map([
  ["hidden.weight", [3, 2]],
  ["hidden.bias", [3]],
  ["output.weight", [2, 3]],
]);
const weights = new Map([
  ["hidden.weight", Float32Array.of(1, -2, 0.5, 0.5, -4, 0)],
  ["hidden.bias", Float32Array.of(9, 9, 9)],
  ["output.weight", Float32Array.of(1, 2, 3, 4, 5, 6)],
]);
const all = (size: number) => Int32Array.from({ length: size }, (_, i) => i);
const whole = new Map([
  ["hidden.weight", all(6)],
  ["hidden.bias", all(3)],
  ["output.weight", all(6)],
]);

test("the L1 norm adds the sizes of the weights into a unit, and no bias", () => {
  expect(l1Norms([{ group, left: [0, 1, 2] }], weights, shapes).get("hidden")).toEqual(Float64Array.of(3, 1, 4));
  expect(l1Norms([{ group, left: [2] }], weights, shapes).get("hidden")).toEqual(Float64Array.of(4));
});

test("of the four gates of a hidden unit all rows count", () => {
  const lstm: UnitGroup = {
    ...group,
    count: 2,
    weights: [{ tensor: "ih", axis: 0, offsets: [0, 2, 4, 6] }],
    biases: [],
  };
  const ih = new Map([["ih", Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40)]]);
  expect(l1Norms([{ group: lstm, left: [0, 1] }], ih, new Map([["ih", [8, 1]]])).get("hidden")).toEqual(
    Float64Array.of(10, 100),
  );
});

test("γ counts by its size", () => {
  const norm = { gamma: "gamma", beta: "beta", mean: "mean", variance: "variance", epsilon: 1 };
  const scores = gammas([{ group: { ...group, norm }, left: [0, 2] }], new Map([["gamma", Float32Array.of(-2, 0, 1)]]));
  expect(scores.get("hidden")).toEqual(Float64Array.of(2, 1));
});

describe("ThiNet's greedy search", () => {
  test("removes units that cancel each other, though each is large", () => {
    // |x|²: unit 0 25 + 25, unit 1 25 + 25, unit 2 1 + 4, unit 3 9 + 0
    const parts = Float64Array.of(5, 5, -5, -5, 1, -2, 3, 0);
    // first 2 (5); then with it: 0 → 36 + 9 = 45, 1 → 16 + 49, 3 → 16 + 4 = 20; then {2, 3} = (4, −2): 0 → 81 + 9, 1 → 1 + 49; last 0
    expect(greedyOrder(parts, 4, 2)).toEqual(Int32Array.of(3, 2, 0, 1));
    // alone: 0 and 1 cost 50 each, and together nothing
    expect(greedyOrder(Float64Array.of(5, 5, -5, -5, 6, 6), 3, 2)).toEqual(Int32Array.of(0, 1, 2));
  });
});

describe("what units give to the sums of the next layer", () => {
  test("of a linear layer: weight times input, by unit, so that they add up to a sum", async () => {
    const made = new LeNet300({ inputs: 3, outputs: 2 }, stream(1));
    const model = withParameters(made, parametersOf(made));
    const values = new Map(
      Array.from(parametersOf(model), ([name, weight]) => [name, (weight as Tensor).data as Float32Array]),
    );
    const sizes = new Map(Array.from(parametersOf(model), ([name, { shape }]) => [name, shape]));
    const last = model.units()[1]!;
    const x = tensor([1, -2, 3], [1, 3]);
    const batch = { input: x, targets: tokens([0], [1]) };
    const left = [{ group: last, left: all(100) as never as number[] }];
    const found = (
      await contributionsOf(model, left, values, sizes, [batch], { examples: 5, each: 4, rng: stream(2) })
    ).get("fc2")!;
    expect([found.samples, found.values.length]).toEqual([4, 400]);
    const logits = model.forward(x).data; // biases are 0
    for (let s = 0; s < 4; s++) {
      let sum = 0;
      for (let unit = 0; unit < 100; unit++) sum += found.values[unit * 4 + s]!;
      expect(Math.min(...[0, 1].map((o) => Math.abs(sum - logits[o]!)))).toBeLessThan(1e-5);
    }
  });

  test("of a convolution with padding and a stride: the window of one channel", async () => {
    const conv = new Conv2d({ channels: 2, filters: 1, size: 3, padding: 1, stride: 2, bias: false }, stream(1));
    class Net extends Module {
      readonly conv = conv;
      forward(x: Tensor4) {
        return this.conv.forward(x);
      }
    }
    const x = tensor(stream(3).normals(2 * 16), [1, 2, 4, 4]) as Tensor4;
    const channels: UnitGroup = {
      ...group,
      name: "below",
      count: 2,
      weights: [],
      biases: [],
      reads: [{ tensor: "conv.weight", axis: 1 }],
      readBy: "conv",
    };
    const { samples, values } = (
      await contributionsOf(
        new Net() as never,
        [{ group: channels, left: [0, 1] }],
        new Map([["conv.weight", (conv.weight as Tensor4).data as Float32Array]]),
        new Map([["conv.weight", [1, 2, 3, 3]]]),
        [{ input: x as never, targets: tokens([0], [1]) }],
        { examples: 1, each: 12, rng: stream(2) },
      )
    ).get("below")!;
    const pixels = conv.forward(x).data;
    const seen = new Set<number>();
    for (let s = 0; s < samples; s++) {
      const sum = values[s]! + values[samples + s]!;
      const at = pixels.findIndex((pixel) => Math.abs(pixel - sum) < 1e-5);
      expect(at).toBeGreaterThanOrEqual(0);
      seen.add(at);
    }
    expect(seen.size).toBeGreaterThan(2); // several of the four pixels are drawn
  });
});

describe("cutUnits", () => {
  const rng = stream(1, "ties");
  const scores = new Map([["hidden", Float64Array.of(3, 1, 4)]]);

  test("removes rows, biases and the columns that read them", () => {
    const groups = unitsLeft([group], whole, shapes);
    const mask = cutUnits(whole, shapes, groups, scores, { rate: 0.4, pool: "layer", rng });
    expect(mask).toEqual(
      new Map([
        ["hidden.weight", Int32Array.of(0, 1, 4, 5)],
        ["hidden.bias", Int32Array.of(0, 2)],
        ["output.weight", Int32Array.of(0, 2, 3, 5)],
      ]),
    );
    expect(unitsLeft([group], mask, shapes)[0]!.left).toEqual([0, 2]);
  });

  test("leaves one unit of each group; of one pool the next lowest of another goes", () => {
    const other = { ...group, name: "other", weights: [{ tensor: "other", axis: 0 }], biases: [], reads: [] };
    const mask = new Map([...whole, ["other", all(3)] as const]);
    const sizes = new Map([...shapes, ["other", [3]] as const]);
    const groups = unitsLeft([group, other], mask, sizes);
    const low = new Map([...scores, ["other", Float64Array.of(0, 0.1, 0.2)] as const]);
    const cut = cutUnits(mask, sizes, groups, low, { rate: 0.5, pool: "all", rng });
    expect([cut.get("other"), cut.get("hidden.bias")]).toEqual([Int32Array.of(2), Int32Array.of(0, 2)]);
    const most = cutUnits(mask, sizes, groups, low, { rate: 1, pool: "layer", rng });
    expect([most.get("other")!.length, most.get("hidden.bias")!.length]).toEqual([1, 1]);
  });

  test("takes equal scores in a seeded order, and refuses NaN and wrong counts", () => {
    const groups = unitsLeft([group], whole, shapes);
    const tied = new Map([["hidden", new Float64Array(3)]]);
    const gone = (seed: number) =>
      cutUnits(whole, shapes, groups, tied, { rate: 0.34, pool: "layer", rng: stream(seed) })
        .get("hidden.bias")!
        .join();
    expect(gone(1)).toBe(gone(1));
    expect(new Set([1, 2, 3, 4, 5, 6, 7, 8].map(gone)).size).toBeGreaterThan(1);
    const cut = (values: Float64Array) => () =>
      cutUnits(whole, shapes, groups, new Map([["hidden", values]]), { rate: 0.5, pool: "layer", rng });
    expect(cut(Float64Array.of(1, Number.NaN, 2))).toThrow('cutUnits: the score of unit 1 of "hidden" is NaN');
    expect(cut(Float64Array.of(1))).toThrow('cutUnits: "hidden" has 1 scores for 3 units');
  });
});
