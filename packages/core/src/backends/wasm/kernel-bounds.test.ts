import { expect, test } from "vitest";
import { differingKernels } from "./compare-widths.ts";
import type { Exports } from "./exports.generated.ts";
import { type Instance, instantiate } from "./instantiate.ts";
import { LinearMemory, Region } from "./memory.ts";

const GUARD = new Array<number>(16).fill(0x5a5a5a5a);

/** Memory with words behind everything that is handed out, and who changed them. */
class GuardedMemory extends LinearMemory {
  /** The compiled kernel that was called last. */
  running = "";
  readonly overrun = new Set<string>();

  override allocate(length: number): Region {
    const region = new Region(length, super.allocate(length + 3 + GUARD.length, true).block);
    this.put(region.pointer + region.bytes, GUARD);
    return region;
  }

  override release(region: Region): void {
    this.#check(region.pointer + region.bytes);
    super.release(region);
  }

  override borrow(bytes: number, body: (pointer: number) => void): void {
    super.borrow(bytes + 4 * GUARD.length, (pointer) => {
      this.put(pointer + bytes, GUARD);
      body(pointer);
      this.#check(pointer + bytes);
    });
  }

  #check(pointer: number): void {
    const words = new Int32Array(this.memory.buffer, pointer, GUARD.length);
    if (words.some((word, i) => word !== GUARD[i])) this.overrun.add(this.running);
  }
}

/** Who writes behind what it was given in the trials of all kernels, with one compiled kernel in the place of another. */
async function overrunning(
  arithmetic: "strict" | "fma",
  changed: (exports: Exports, memory: LinearMemory) => Partial<Exports> = () => ({}),
): Promise<string[]> {
  const memory = new GuardedMemory(2 ** 25);
  const instance = await instantiate(memory, arithmetic);
  const all = { ...instance.exports, ...changed(instance.exports, memory) };
  const exports = Object.fromEntries(
    Object.entries(all).map(([name, kernel]) => [
      name,
      (...operands: number[]) => {
        memory.running = name;
        return (kernel as (...operands: number[]) => unknown)(...operands);
      },
    ]),
  );
  const watched = { ...instance, exports } as unknown as Instance;
  expect(differingKernels(memory, watched, watched)).toEqual([]);
  return [...memory.overrun];
}

test("no kernel writes behind its results, its operands or its scratch memory", async () => {
  expect(await overrunning("strict")).toEqual([]);
  expect(await overrunning("fma")).toEqual([]);
});

test("one that does is named: behind a result, and for want of scratch memory", async () => {
  const found = await overrunning("strict", ({ add, winogradScratch }, memory) => ({
    add: (...operands: Parameters<Exports["add"]>) => {
      add(...operands);
      memory.put(operands[2] + 44 * 4, [0]);
    },
    winogradScratch: (...sizes) => winogradScratch(...sizes) - 64,
  }));
  expect(found).toEqual(expect.arrayContaining(["add", "winograd"]));
});
