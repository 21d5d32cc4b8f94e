import { Sparse, tensor, type Weight } from "@ltt/core";
import { expect, test } from "vitest";
import { compareWeights } from "./compare-weights.ts";

const sparse = (positions: number[], values: number[]) => new Sparse([4], Int32Array.from(positions), tensor(values));

test("by hand: overlap, Jaccard index, signs and distance, per tensor and in all", async () => {
  const a = new Map<string, Weight>([
    ["w", sparse([0, 1, 3], [1, -2, 3])],
    ["b", tensor([1, 2])],
    ["only", tensor([1])],
  ]);
  const b = new Map<string, Weight>([
    ["w", sparse([1, 2, 3], [2, 5, 7])],
    ["b", tensor([1, 5])],
  ]);
  const { tensors, all, others } = await compareWeights(a, b);
  expect(tensors).toEqual([
    { name: "w", shape: [4], sizes: [3, 3], overlap: 2, jaccard: 0.5, sameSign: 0.5, distance: Math.sqrt(32) },
    { name: "b", shape: [2], sizes: [2, 2], overlap: 2, jaccard: 1, sameSign: 1, distance: 3 },
  ]);
  expect(all).toEqual({ sizes: [5, 5], overlap: 4, jaccard: 4 / 6, sameSign: 0.75, distance: Math.sqrt(41) });
  expect(others).toEqual(["only"]);
});

test("nothing in common has no signs, and nothing at all is the same", async () => {
  const [a, b] = [sparse([0], [1]), sparse([1], [1])];
  expect((await compareWeights(new Map([["w", a]]), new Map([["w", b]]))).all).toEqual({
    sizes: [1, 1],
    overlap: 0,
    jaccard: 0,
    sameSign: null,
    distance: 0,
  });
  expect((await compareWeights(new Map(), new Map())).all.jaccard).toBe(1);
});

test("tensors of other shapes are not compared", async () => {
  const { tensors, others } = await compareWeights(
    new Map([["w", tensor([1, 2])]]),
    new Map([["w", tensor([[1, 2]])]]),
  );
  expect([tensors, others]).toEqual([[], ["w"]]);
});
