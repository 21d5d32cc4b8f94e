import { describe, expect, test } from "vitest";
import {
  embedding,
  gradients,
  type LstmWeights,
  lstm,
  max,
  maxOverTime,
  maxPool2d,
  mul,
  ones,
  type Shape,
  stream,
  sum,
  tensor,
  tokens,
  type Vector,
} from "../src/index.ts";

// What gradient checks cannot show: ties, rows that get no gradient, randomness.

describe("where several tie, the first wins and takes the whole gradient", () => {
  test("max", () => {
    const x = tensor(
      [
        [1, 3, 3],
        [2, 2, 2],
      ],
      undefined,
      { requiresGrad: true },
    );
    expect([...gradients(sum(max(x, { axis: 1 })), [x])[0].data]).toEqual([0, 1, 0, 1, 0, 0]);
  });

  test("maxPool2d", () => {
    const x = tensor(
      [
        [
          [
            [1, 3, 3],
            [3, 3, 0],
          ],
        ],
      ],
      undefined,
      { requiresGrad: true },
    );
    expect([...gradients(sum(maxPool2d(x, 2, { stride: 1 })), [x])[0].data]).toEqual([0, 2, 0, 0, 0, 0]);
  });

  test("maxOverTime, whatever is appended after the winner", () => {
    const x = tensor([[[0], [5], [5], [5]]], undefined, { requiresGrad: true });
    expect([...gradients(sum(maxOverTime(x)), [x])[0].data]).toEqual([0, 1, 0, 0]);
    expect([...gradients(sum(maxOverTime(x, tokens([1], [1]))), [x])[0].data]).toEqual([1, 0, 0, 0]);
  });
});

test("embedding gives the padding's row no gradient, and only that", () => {
  const table = tensor([[1], [2], [3]], undefined, { requiresGrad: true });
  const ids = tokens([1, 0, 1, 2, 2], [5]);
  const of = (paddingId?: number) => [...gradients(sum(embedding(table, ids, { paddingId })), [table])[0].data];
  expect(of()).toEqual([1, 2, 2]);
  expect(of(1)).toEqual([1, 0, 2]);
  const loss = sum(embedding(table, ids, { paddingId: 1 }));
  const [first] = gradients(loss, [table], { createGraph: true });
  expect(() => gradients(sum(mul(first, first)), [table])).toThrow(
    "parameter 0, [3,1]: the loss does not depend on it",
  );
});

describe("lstm", () => {
  const rng = stream(1, "weights");
  const random = <const S extends Shape>(shape: S) =>
    tensor(rng.normals(shape.reduce((product, size) => product * size, 1)), shape, { requiresGrad: true });
  const layer = (input: number, hidden: number): LstmWeights => ({
    weightIh: random([4 * hidden, input]),
    weightHh: random([4 * hidden, hidden]),
    biasIh: random([4 * hidden]),
    biasHh: random([4 * hidden]),
  });
  const x = tensor(rng.normals(2 * 4 * 3), [2, 4, 3]);
  const layers = [
    [layer(3, 2), layer(3, 2)],
    [layer(4, 2), layer(4, 2)],
  ];

  test("drops between layers only, and the same elements for the same stream", () => {
    const run = (seed: number) => lstm(x, layers, { dropout: { p: 0.5, rng: stream(seed) } });
    expect(run(1).output.data).toEqual(run(1).output.data);
    expect(run(1).output.data).not.toEqual(run(2).output.data);
    const [first] = layers;
    const alone = (p: number) => lstm(x, [first!], { dropout: { p, rng: stream(1) } }).output.data;
    expect(alone(0.5)).toEqual(alone(0));
  });

  test("reads a text in a batch as it reads it alone, whatever stands in the padding", () => {
    const lengths = tokens([2, 4], [2]);
    const whole = lstm(x, layers, { lengths });
    const other = x.data.map((value, i) => (i >= 2 * 3 && i < 4 * 3 ? 99 : value));
    const { output, h, c } = lstm(tensor(other, [2, 4, 3]), layers, { lengths });
    expect([output, h, c].map(({ data }) => data)).toEqual([whole.output, whole.h, whole.c].map(({ data }) => data));
    const alone = lstm(tensor(x.data.slice(0, 6), [1, 2, 3]), layers);
    expect([...alone.output.data]).toEqual([...whole.output.data.slice(0, 2 * 4)]);
    expect([...whole.output.data.slice(2 * 4, 4 * 4)]).toEqual(new Array(8).fill(0));
  });
});

test("a rank-typed result needs no cast", () => {
  const row: Vector = sum(ones([2, 3]), { axis: 0 });
  expect(row.shape).toEqual([3]);
});
