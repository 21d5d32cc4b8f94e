import { describe, expect, test } from "vitest";
import * as core from "../src/index.ts";
import { gradients, mul, Sparse, sum, Tensor, Tokens, tensor, vjp } from "../src/index.ts";
import { weightsOf } from "../src/testing/check-gradient.ts";
import type { Call } from "../src/testing/index.ts";
import { calls } from "./calls.ts";
import { operations } from "./operations.ts";

// Arrays and objects in a call are the caller's. A program that fills them anew right after the call, shapes, options, lists of tensors, changes neither what was made nor
// its gradients.

const names = new Set<string>([...operations.map(({ name }) => name)]);
const made: Readonly<Record<string, readonly (() => Call)[]>> = {
  ...Object.fromEntries(Object.entries(calls).filter(([name]) => names.has(name))),
  ...Object.fromEntries(operations.flatMap(({ name, calls }) => (calls === undefined ? [] : [[name, calls]]))),
};

/** The same arguments in arrays and objects of their own, every tensor a leaf, which `found` lists. */
function leaves(value: unknown, found: Tensor[]): unknown {
  if (value instanceof Tensor) {
    const leaf = tensor(value.data, value.shape, { requiresGrad: true });
    found.push(leaf);
    return leaf;
  }
  if (value instanceof Sparse) return new Sparse(value.shape, value.positions, leaves(value.values, found) as never);
  if (value instanceof Tokens) return value;
  if (Array.isArray(value)) return value.map((part) => leaves(part, found));
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, leaves(part, found)]));
}

/** Empties arrays and objects, to any depth, and what numbers are in them are others. */
function spoil(value: unknown): void {
  if (Array.isArray(value)) {
    value.forEach(spoil);
    value.forEach((part, i) => {
      value[i] = typeof part === "number" ? part + 1 : value[0];
    });
    if (typeof value[0] !== "number") value.length = 0;
  } else if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    for (const [key, part] of Object.entries(value)) {
      spoil(part);
      delete (value as Record<string, unknown>)[key];
    }
  }
}

function tensorsIn(result: unknown): Tensor[] {
  if (result instanceof Tensor) return [result];
  return Object.values(result as Record<string, Tensor>).filter((part) => part instanceof Tensor);
}

/** Shapes, values and gradients. */
function everything(make: () => Call, after: (args: readonly unknown[]) => void): unknown {
  const { call, args } = make();
  const found: Tensor[] = [];
  const own = leaves(args, found) as unknown[];
  const results = tensorsIn(call(...(own as never[])));
  after(own);
  return results.map((y) => {
    const cotangent = tensor(weightsOf(y.size), y.shape);
    const given = y.requiresGrad ? vjp(y, found, cotangent, { allowUnused: true }) : [];
    return [y.shape, y.data, given.map((gradient) => gradient && [gradient.shape, gradient.data])];
  });
}

describe.each(Object.keys(made))("%s", (name) => {
  test("keeps nothing of the arrays and objects that it was given", () => {
    for (const make of made[name]!) {
      const wanted = everything(make, () => {});
      expect(everything(make, (args) => args.forEach(spoil))).toEqual(wanted);
    }
  });
});

test("a list of states that is emptied for the next batch, as a recurrent network's, has its gradients", () => {
  const [a, b] = [tensor([1, 2], undefined, { requiresGrad: true }), tensor([3, 4], undefined, { requiresGrad: true })];
  const states = [a, b];
  const y = core.concat(states);
  states.length = 0;
  const found = gradients(sum(mul(y, tensor([1, 2, 3, 4]))), [a, b]);
  expect(found.map(({ data }) => [...data])).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

test("an operation of one's own keeps its list of inputs", () => {
  const [x, y] = [tensor(2, undefined, { requiresGrad: true }), tensor(3, undefined, { requiresGrad: true })];
  const inputs = [x, y];
  const product = core.record("product", core.full([], 6), inputs, (dy) => [() => mul(dy, y), () => mul(dy, x)]);
  inputs.reverse();
  expect(gradients(product, [x, y]).map(({ data }) => data[0])).toEqual([3, 2]);
});

test.each<readonly [string, (shape: [number, number]) => { readonly shape: readonly number[] }]>([
  ["tensor", (shape) => tensor([1, 2, 3, 4, 5, 6], shape)],
  ["zeros", (shape) => core.zeros(shape)],
  ["ones", (shape) => core.ones(shape)],
  ["full", (shape) => core.full(shape, 2)],
  ["empty", (shape) => core.empty(shape)],
  ["tokens", (shape) => core.tokens([1, 2, 3, 4, 5, 6], shape)],
  ["Tokens", (shape) => new Tokens(new Int32Array(6), shape)],
  ["Sparse", (shape) => new Sparse(shape, Int32Array.of(1), tensor([1]))],
  ["reshape", (shape) => core.reshape(tensor([1, 2, 3, 4, 5, 6]), shape)],
  ["broadcastTo", (shape) => core.broadcastTo(tensor([1, 2, 3]), shape)],
  ["broadcastTo of that shape", (shape) => core.broadcastTo(core.ones([2, 3]), shape)],
])("the shape of %s stays what it is when the array is another shape", (_, make) => {
  const shape: [number, number] = [2, 3];
  const made = make(shape);
  shape[0] = 1000;
  expect(made.shape).toEqual([2, 3]);
});
