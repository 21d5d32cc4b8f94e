import { expect, test } from "vitest";
import { argmax, argmin, tensor, useBackend, zeros } from "../src/index.ts";
import { createDeferredBackend } from "../src/testing/index.ts";

const x = tensor([
  [1, 5, 5],
  [7, 2, 0],
]);

test("argmax and argmin along an axis, several, or all: the first of those that tie", async () => {
  expect([...(await argmax(x, { axis: 1 })).data]).toEqual([1, 0]);
  expect([...(await argmin(x, { axis: 0 })).data]).toEqual([0, 1, 1]);
  const all = await argmax(x);
  expect([all.shape, ...all.data]).toEqual([[], 3]);
  const kept = await argmin(x, { axis: [0, 1], keepDims: true });
  expect([kept.shape, ...kept.data]).toEqual([[1, 1], 5]);
});

test("the first NaN beats everything", async () => {
  const values = tensor([1, Number.NaN, Infinity, Number.NaN, -Infinity]);
  expect([...(await argmax(values)).data, ...(await argmin(values)).data]).toEqual([1, 1]);
});

test("works on a backend that computes asynchronously", async () => {
  const before = useBackend(createDeferredBackend());
  try {
    expect([...(await argmax(tensor([1, 3, 2]))).data]).toEqual([1]);
  } finally {
    useBackend(before);
  }
});

test("what cannot be is refused", async () => {
  await expect(argmax(zeros([0, 2]), { axis: 0 })).rejects.toThrow("argmax: [0,2] has nothing along it");
  await expect(argmin(zeros([2, 2, 2]), { axis: [0, 2] })).rejects.toThrow(
    "argmin: the axes of [2,2,2] are not neighbours: transpose it first",
  );
  await expect(argmin(x, { axis: 2 })).rejects.toThrow("argmin: [2,3] has no axis 2: it has axes -2…1");
});
