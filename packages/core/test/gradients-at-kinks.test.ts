import { afterEach, describe, expect, test } from "vitest";
import {
  backend,
  batchNormTraining,
  clip,
  div,
  gradients,
  log,
  maximum,
  minimum,
  pow,
  relu,
  sqrt,
  std,
  sum,
  type Tensor,
  tensor,
  useBackend,
  where,
} from "../src/index.ts";
import { backends } from "./backends.ts";

/** The gradients of the sum of the output. */
function slopes(run: (...inputs: Tensor[]) => Tensor, ...inputs: (readonly number[])[]): number[][] {
  const leaves = inputs.map((values) => tensor(values, undefined, { requiresGrad: true }));
  return gradients(sum(run(...leaves)), leaves).map(({ data }) => Array.from(data, (value) => value + 0)); // −0 is 0
}

// What central differences cannot show. The values are PyTorch's.

test("where two are equal, each has half of the gradient", () => {
  expect(slopes(maximum, [1, 2, 3], [2, 2, 2])).toEqual([
    [0, 0.5, 1],
    [1, 0.5, 0],
  ]);
  expect(slopes(minimum, [1, 2, 3], [2, 2, 2])).toEqual([
    [1, 0.5, 0],
    [0, 0.5, 1],
  ]);
});

test("clip lets the gradient through on its bounds", () => {
  expect(slopes((x) => clip(x!, { min: -1, max: 1 }), [-2, -1, 0, 1, 2])).toEqual([[0, 1, 1, 1, 0]]);
});

test("pow at 0 and below", () => {
  expect(slopes((x) => pow(x!, 2), [0, -3])).toEqual([[0, -6]]);
  expect(slopes((x) => pow(x!, 0), [0, -3])).toEqual([[0, 0]]);
  expect(slopes((x) => pow(x!, -2), [0, -1])).toEqual([[-Infinity, 2]]);
  expect(slopes((x) => pow(x!, 0.5), [0, 4])).toEqual([[Infinity, 0.25]]);
  const [base, exponent] = slopes(pow, [0, 0, -2, 0], [0, 2, 3, 1]);
  expect(base).toEqual([0, 0, 12, 1]);
  expect(exponent).toEqual([0, 0, Number.NaN, 0]);
});

test("where keeps the other's infinity and NaN out of the gradient", () => {
  const mask = tensor([1, 0]);
  expect(slopes((a, b) => where(mask, a!, pow(b!, -1)), [5, 6], [0, 2])).toEqual([
    [1, 0],
    [Number.NaN, -0.25],
  ]);
  expect(slopes((a) => where(mask, a!, Number.NaN), [5, 6])).toEqual([[1, 0]]);
});

describe.each(backends.filter(({ name }) => name !== "deferred"))("on $name", ({ create }) => {
  const before = backend();
  afterEach(() => useBackend(before));

  test("what does not pass has no gradient, not even of what is infinite there", async () => {
    useBackend(await create());
    for (const cut of [relu, (x: Tensor) => clip(x, { min: 0 }), (x: Tensor) => maximum(x, 0)]) {
      expect(slopes((x) => sqrt(cut(x!)), [-1, 0.25])).toEqual([[0, 1]]);
      expect(slopes((x) => log(cut(x!)), [-1, 0.25, -2, -3, -4])).toEqual([[0, 4, 0, 0, 0]]);
      expect(slopes((x) => div(1, cut(x!)), [-1, 4])).toEqual([[0, -0.0625]]);
      expect(slopes((x) => pow(cut(x!), 0.5), [-1, 4])).toEqual([[0, 0.25]]);
    }
    expect(slopes((x) => sqrt(minimum(x!, 0)), [1])).toEqual([[0]]);
    const normalised = (x: Tensor) =>
      batchNormTraining(x as Tensor<readonly [number, number]>, tensor([1]), tensor([0]), { relu: true }).y;
    const x = tensor([[-1], [1]], undefined, { requiresGrad: true });
    const [slope] = gradients(sum(sqrt(normalised(x))), [x]);
    expect(slope!.data.every((value) => Number.isFinite(value))).toBe(true);
  });
});

test("std has the gradient 0 where it is 0", () => {
  expect(slopes((x) => std(x!), [3, 3, 3])).toEqual([[0, 0, 0]]);
});

test("where gives the very values: zeros keep their sign", () => {
  const chosen = where(tensor([1, 0, 1]), tensor([-0, -0, 0]), tensor([0, -0, -0]));
  expect([...chosen.data]).toEqual([-0, -0, 0]);
});
