import { expect, test } from "vitest";
import { createWasmBackend } from "./backend.ts";
import { checkWide, differingKernels } from "./compare-widths.ts";
import type { Exports } from "./exports.generated.ts";
import { type Instance, instantiate } from "./instantiate.ts";
import { LinearMemory } from "./memory.ts";
import { hasWideVectors } from "./wide.ts";

const memory = new LinearMemory(2 ** 25);
const strict = await instantiate(memory, "strict");

/** With one compiled kernel in another's place. */
const withKernel = (name: keyof Exports, kernel: (...operands: number[]) => unknown): Instance => ({
  ...strict,
  exports: { ...strict.exports, [name]: kernel },
});

test("a kernel with other bits in one result is found, and no other", () => {
  expect(differingKernels(memory, strict, strict)).toEqual([]);
  const wrong = withKernel("add", (...operands) => {
    (strict.exports.add as (...operands: number[]) => void)(...operands);
    new Float32Array(memory.memory.buffer)[operands[2]! / 4]! += 2 ** -20;
  });
  expect(differingKernels(memory, strict, wrong)).toEqual(["add"]);
});

test("the trials call every compiled kernel", () => {
  const called = new Set<string>();
  const watched = Object.entries(strict.exports).map(([name, kernel]) => [
    name,
    (...operands: number[]) => {
      called.add(name);
      return (kernel as (...operands: number[]) => unknown)(...operands);
    },
  ]);
  differingKernels(memory, strict, { ...strict, exports: Object.fromEntries(watched) });
  const inner = ["memory", "columnsOfPart", "row4", "row5", "row6"]; // and what compiled kernels call
  expect(Object.keys(strict.exports).filter((name) => !called.has(name) && !inner.includes(name))).toEqual([]);
});

test.runIf(hasWideVectors())("vectors of 256 bits give the bits of 128, in both arithmetics", async () => {
  await checkWide("strict");
  await checkWide("fma");
});

test.runIf(hasWideVectors())("a backend says how wide its vectors are", async () => {
  const backends = await Promise.all([createWasmBackend({ width: 256 }), createWasmBackend()]);
  expect(backends.map(({ name, width }) => [name, width])).toEqual([
    ["wasm", 256],
    ["wasm", 128],
  ]);
});

test.runIf(!hasWideVectors())("where there are no such vectors, to ask for them is an error", async () => {
  await expect(createWasmBackend({ width: 256 })).rejects.toThrow(
    "wasm: this platform has no vectors of 256 bits (Node 24 on x64 has): use the width 128",
  );
});
