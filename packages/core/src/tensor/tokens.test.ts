import { expect, test } from "vitest";
import { ShapeError } from "./shape.ts";
import { type TokenMatrix, type TokenVector, tokens } from "./tokens.ts";

test("tokens takes nested integers, or integers and a shape", () => {
  const texts: TokenMatrix = tokens([
    [5, 17, 2],
    [3, 0, 1],
  ]);
  expect([texts.shape, [...texts.data]]).toEqual([
    [2, 3],
    [5, 17, 2, 3, 0, 1],
  ]);
  expect(texts).toEqual(tokens([5, 17, 2, 3, 0, 1], [2, 3]));
  const labels: TokenVector = tokens([-1, 2 ** 31 - 1]);
  expect([labels.shape, [...labels.data]]).toEqual([[2], [-1, 2 ** 31 - 1]]);
  expect(tokens(Int32Array.of(4, 5)).shape).toEqual([2]);
  expect(tokens([[[1], [2]]]).shape).toEqual([1, 2, 1]);
  expect([tokens(7).shape, tokens(7).data[0]]).toEqual([[], 7]);
  expect([tokens([]).shape, tokens([[], []]).shape, tokens([], [0, 3]).shape]).toEqual([[0], [2, 0], [0, 3]]);
});

test("tokens copies what it is made from", () => {
  const ids = Int32Array.of(1, 2);
  const [nested, flat] = [tokens(ids), tokens(ids, [2])];
  ids[0] = 9;
  expect([...nested.data, ...flat.data]).toEqual([1, 2, 1, 2]);
});

test.each<readonly [message: string, kind: new (message: string) => Error, call: () => unknown]>([
  ["tokens: nested unevenly: 1 at depth 1 where the first branch has 2", ShapeError, () => tokens([[1, 2], [3]])],
  [
    "tokens: nested unevenly: a number at depth 1 where the first branch has 1",
    ShapeError,
    () => tokens([[1], 2] as never),
  ],
  [
    "tokens: nested unevenly: 1 at depth 1 where the first branch has a number",
    ShapeError,
    () => tokens([1, [2]] as never),
  ],
  ["tokens: element [0,1] is 2.5, not an integer of 32 bits", RangeError, () => tokens([[1, 2.5]])],
  ["tokens: element [0] is 2147483648, not an integer of 32 bits", RangeError, () => tokens([2 ** 31])],
  ["tokens: element [0,0] is NaN, not an integer of 32 bits", RangeError, () => tokens([[Number.NaN]])],
  ["tokens: element [] is 1.5, not an integer of 32 bits", RangeError, () => tokens(1.5)],
  ['tokens: element [0,0] is "1" (string); elements are integers', TypeError, () => tokens([["1"]] as never)],
  ['tokens: values is "1" (string); it is an integer, or an array of integers', TypeError, () => tokens("1" as never)],
  ["tokens: 3 values do not fill [2,2], which holds 4", ShapeError, () => tokens([1, 2, 3], [2, 2])],
  ["tokens: value 0 is 1.5, not an integer of 32 bits", RangeError, () => tokens([1.5], [1])],
])("refuses with %j", (message, kind, call) => {
  expect(call).toThrow(kind);
  expect(call).toThrow(message);
});
