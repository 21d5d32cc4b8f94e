import { expect, test } from "vitest";
import { elementwise } from "./elementwise.ts";

const values = (w: number[], b: number[]) =>
  new Map([
    ["w", Float32Array.from(w)],
    ["b", Float32Array.from(b)],
  ]);

test("computes tensor by tensor, element by element", () => {
  const y = elementwise((a, b, c) => a * b - c, values([1, 2], [3]), values([4, 5], [6]), values([1, 1], [1]));
  expect([...y]).toEqual([...values([3, 9], [17])]);
});

test("refuses tensors that do not correspond", () => {
  const sum = (a: number, b: number) => a + b;
  expect(() => elementwise(sum, values([1, 2], [3]), values([1], [3]))).toThrow(
    'elementwise: values[0] has 2 numbers for "w", values[1] has 1',
  );
  expect(() => elementwise(sum, values([1], [3]), new Map())).toThrow(
    'elementwise: values[0] has 1 numbers for "w", values[1] has none',
  );
  expect(() => elementwise(sum)).toThrow("elementwise: there are no values");
});
