import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { built } from "./built.ts";

const load = createRequire(import.meta.url);
const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

/** Names of a declaration's parameters, without `memory`, which is no argument. */
const namesOf = (list: string) =>
  list
    .split(",")
    .map((parameter) => /(\w+)(?:: number)?\s*$/.exec(parameter)![1]!)
    .filter((name) => name !== "memory");

const declared = (text: string, pattern: RegExp) =>
  new Map(Array.from(text.matchAll(pattern), ([, name, list]) => [name!, namesOf(list!)]));

const theirs = declared(
  read("../../core/src/backends/wasm/exports.generated.ts"),
  /^ {2}(\w+)\(([^)]*)\): (?:void|number);$/gm,
);
const ours = declared(read("../kernels/kernels.h"), /^(?:void|double|i32) KERNEL\((\w+)\)\(([^)]*)\);/gm);

test("native kernels take what WebAssembly's of the same names take", () => {
  expect(ours.size).toBeGreaterThan(30);
  for (const [name, parameters] of ours) expect([name, parameters]).toEqual([name, theirs.get(name)]);
});

test("a kernel whose scratch memory is laid out anew comes with all kernels that use it", () => {
  const users: Record<string, readonly string[]> = {
    productScratch: ["matmul", "conv1d", "conv1dKernelDense"],
    sparseRows: ["sparseProduct"],
  };
  for (const name of ours.keys()) {
    if (name.endsWith("Scratch"))
      for (const user of users[name] ?? [name.slice(0, -7)])
        if (theirs.has(user)) expect(ours.has(user), user).toBe(true);
  }
});

describe.skipIf(built.length === 0)("built", () => {
  test("all that are declared are there", () => {
    for (const { addon, width } of built) {
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
      const { bind } = load(addon) as { bind(memory: WebAssembly.Memory, width: number): object };
      expect(Object.keys(bind(memory, width)).sort()).toEqual([...ours.keys()].sort());
    }
  });
});
