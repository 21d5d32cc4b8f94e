import { callOf, refusedOtherwise } from "@ltt/core/testing";
import { expect, test } from "vitest";
import { createGpuBackend } from "../src/index.ts";
import { gpu } from "./adapter.ts";

const untyped = (value: unknown) => value as never;

test.skipIf(gpu === undefined)("any one thing wrong in a call is refused by name", async () => {
  const make = () => callOf(createGpuBackend, { mode: "webgpu" });
  expect(await refusedOtherwise(make, ["gpu"])).toEqual([]);
});

test.each([
  [{ mode: "webgpu2" }, 'gpu: mode is "webgpu2" (string); it is "webgpu" or "webgl2"'],
  [{ mode: 2 }, 'gpu: mode is 2; it is "webgpu" or "webgl2"'],
  [{ mod: "webgpu" }, 'gpu: unknown option "mod"; did you mean "mode"?'],
  [{ backend: "webgpu" }, 'gpu: unknown option "backend"; options are mode'],
  ["webgl2", 'gpu: options is "webgl2" (string); it is an object of mode'],
])("%j is refused", async (options, message) => {
  await expect(createGpuBackend(untyped(options))).rejects.toThrow(message);
});
