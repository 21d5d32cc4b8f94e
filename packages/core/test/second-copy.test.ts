import { expect, test, vi } from "vitest";
import { add, crossEntropy, tensor, tokens } from "../src/index.ts";

test("what a second copy of the package has made is refused by that name", async () => {
  vi.resetModules();
  const other = await import("../src/index.ts");
  expect(other.tensor).not.toBe(tensor);
  const copy = "of another copy of @ltt/core, whose classes are not this one's: load one copy only";
  expect(() => add(other.tensor([1]) as never, 1)).toThrow(`add: a is a Tensor ${copy}; it is a tensor`);
  expect(() => crossEntropy(tensor([[1, 2]]), other.tokens([0], [1]) as never)).toThrow(`a Tokens ${copy}`);
  expect(() => add(tokens([0], [1]) as never, 1)).toThrow("add: a is a Tokens [1]; it is a tensor");
});
