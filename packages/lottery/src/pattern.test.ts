import { dense, tensor, type Weight, zeros } from "@ltt/core";
import { expect, test } from "vitest";
import { patternOf, sparseWeights, sparsityOf, valuesAt } from "./pattern.ts";

const weights = new Map<string, Weight>([
  ["embedding.weight", zeros([4, 2])],
  ["linear.weight", zeros([1, 3])],
]);
const pattern = new Map([
  ["embedding.weight", Int32Array.of(1, 6)],
  ["linear.weight", Int32Array.of(0, 1, 2)],
]);

test("a ticket's start is the dense start times its mask", () => {
  const start = new Map([
    ["embedding.weight", Float32Array.of(10, 11, 12, 13, 14, 15, 16, 17)],
    ["linear.weight", Float32Array.of(1, 2, 3)],
  ]);
  const sparse = sparseWeights(weights, pattern, valuesAt(start, pattern));
  expect([...dense(sparse.get("embedding.weight")!).data]).toEqual([0, 11, 0, 0, 0, 0, 16, 0]);
  expect([...dense(sparse.get("linear.weight")!).data]).toEqual([1, 2, 3]);
  expect(patternOf(sparse)).toEqual(pattern);
});

const group = (name: string) => (name.startsWith("embedding") ? "embedding" : "other");

test("the pattern of a whole tensor is all of it", () => {
  expect([...patternOf(new Map([["w", tensor([5, 6, 7], undefined, { requiresGrad: true })]])).get("w")!]).toEqual([
    0, 1, 2,
  ]);
});

test("what is frozen has no pattern, and counts in no sparsity", () => {
  const weights = new Map([
    ["embedding.weight", tensor([5, 6, 7])],
    ["linear.weight", tensor([1, 2], undefined, { requiresGrad: true })],
  ]);
  expect([...patternOf(weights).keys()]).toEqual(["linear.weight"]);
  const { sparsity, groups, tensors } = sparsityOf(weights, group);
  expect([sparsity, groups]).toEqual([0, { embedding: 0, other: 0 }]);
  expect(tensors[0]).toEqual({ name: "embedding.weight", group: "embedding", size: 3, kept: 3, frozen: true });
});

test("sparsity counts every group apart", () => {
  const sparse = sparseWeights(
    weights,
    pattern,
    new Map(Array.from(pattern, ([n, p]) => [n, new Float32Array(p.length)])),
  );
  expect(sparsityOf(sparse, group)).toEqual({
    sparsity: 1 - 5 / 11,
    groups: { embedding: 0.75, other: 0 },
    tensors: [
      { name: "embedding.weight", group: "embedding", size: 8, kept: 2 },
      { name: "linear.weight", group: "other", size: 3, kept: 3 },
    ],
  });
  expect(sparsityOf(sparse).groups).toEqual({ other: 1 - 5 / 11 });
  expect(sparsityOf(weights).sparsity).toBe(0);
});

test("a pattern without its tensor is refused", () => {
  expect(() => valuesAt(new Map(), pattern)).toThrow(
    'valuesAt: there is a pattern for "embedding.weight" but no such tensor',
  );
  expect(() => sparseWeights(new Map(), pattern, new Map())).toThrow(
    'sparseWeights: there is a pattern for "embedding.weight" but no such tensor',
  );
});
