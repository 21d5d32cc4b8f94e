import { inspect } from "node:util";
import { expect, test } from "vitest";
import { Sparse, scope, type Tensor, tensor, tokens, useBackend, zeros } from "../index.ts";
import { createDeferredBackend } from "../testing/index.ts";

const counted = (...shape: number[]) =>
  tensor(
    Array.from({ length: shape.reduce((product, n) => product * n, 1) }, (_, i) => i),
    shape,
  );

test.each<[Tensor, string]>([
  [tensor(0.5), "Tensor [] 0.5000"],
  [tensor([1, -20, 3]), "Tensor [3] [  1, -20,   3]"],
  [
    tensor([
      [1, 2.5],
      [10, -1 / 3],
    ]),
    "Tensor [2,2] [[ 1.0000,  2.5000],\n [10.0000, -0.3333]]",
  ], // prettier-ignore
  [tensor([Number.NaN, -Infinity, 1]), "Tensor [3] [      NaN, -Infinity,         1]"],
  [tensor([1e-6, 2]), "Tensor [2] [1.0000e-6, 2.0000e+0]"],
  [counted(2, 1, 2), "Tensor [2,1,2] [[[0, 1]],\n\n [[2, 3]]]"],
  [zeros([0, 3]), "Tensor [0,3] []"],
  [counted(1001), "Tensor [1001] [   0,    1,    2, ...,  998,  999, 1000]"],
  [
    counted(300, 4),
    "Tensor [300,4] [[   0,    1,    2,    3],\n [   4,    5,    6,    7],\n [   8,    9,   10,   11],\n ...,\n" +
      " [1188, 1189, 1190, 1191],\n [1192, 1193, 1194, 1195],\n [1196, 1197, 1198, 1199]]",
  ],
])("a tensor prints as its shape and values: %s", (x, text) => {
  expect(String(x)).toBe(text);
  expect(inspect(x)).toBe(text);
});

test("a long vector is broken into lines of at most 80 characters", () => {
  const text = String(counted(1000)).replace("Tensor [1000] ", "");
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(text.match(/\d+/g)!.map(Number)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
});

test("JSON holds the shape and all values", () => {
  expect(JSON.stringify({ x: tensor([[1, 0.5]]) })).toBe('{"x":{"shape":[1,2],"data":[1,0.5]}}');
  expect(JSON.parse(JSON.stringify(counted(2000))).data).toHaveLength(2000);
  expect(JSON.stringify(tokens([3, 1], [2]))).toBe('{"shape":[2],"data":[3,1]}');
});

test("what is shown are the tensor's values, whatever happened to a copy of them", () => {
  const x = tensor([3, 1, 2]);
  (x.data as Float32Array).sort();
  expect(String(x)).toBe("Tensor [3] [3, 1, 2]");
  expect(JSON.stringify(x)).toBe('{"shape":[3],"data":[3,1,2]}');
});

test("ids and sparse weights print too", () => {
  expect(inspect(tokens([3, 1], [2, 1]))).toBe("Tokens [2,1] [[3],\n [1]]");
  const weight = new Sparse([2, 3], Int32Array.of(1, 4), tensor([0.5, 1]));
  expect(inspect(weight)).toBe("Sparse [2,3], 2 of 6 stored, at [1, 4]: Tensor [2] [0.5000, 1.0000]");
  expect(JSON.parse(JSON.stringify(weight))).toEqual({
    shape: [2, 3],
    positions: [1, 4],
    values: { shape: [2], data: [0.5, 1] },
  });
});

test("values that are not at hand are not shown, and nothing fails", () => {
  const gone: Tensor[] = [];
  scope(() => {
    gone.push(zeros([2]));
  });
  expect(String(gone[0])).toBe("Tensor [2] (its scope has ended)");
  const here = tensor([1]);
  const before = useBackend(createDeferredBackend());
  try {
    expect(String(tensor([1, 2]))).toBe('Tensor [2] (on the backend "deferred")');
    expect(String(here)).toBe(`Tensor [1] (on the backend "${here.backend.name}")`);
    expect(JSON.stringify(tensor([1, 2]))).toBe('{"shape":[2],"data":"on the backend \\"deferred\\""}');
  } finally {
    useBackend(before);
  }
});

test("a tensor without elements is [], however many rows it has, as in NumPy", () => {
  expect([zeros([0]), zeros([0, 3]), zeros([100_000, 0])].map(String)).toEqual([
    "Tensor [0] []",
    "Tensor [0,3] []",
    "Tensor [100000,0] []",
  ]);
});

test("a tensor of seven axes is shown, though its corners are many", () => {
  expect(String(zeros([8, 8, 8, 8, 8, 8, 8])).startsWith("Tensor [8,8,8,8,8,8,8] [[[[[[[0, 0, 0, ..., 0, 0, 0],")).toBe(
    true,
  );
});
