import type { Kind } from "../../arguments/kinds.ts";
import type { BreakEvens } from "./break-evens.ts";
import type { Exports } from "./exports.generated.ts";
import type { LinearMemory } from "./memory.ts";

/**
 * Kernels in machine code that stand in for some of WebAssembly's, on the same memory and with the same bits: what
 * `native()` of `@ltt/native` gives. Core loads them, on every thread of a backend, and knows no more of them.
 */
export interface NativeKernels {
  /**
   * The path of a module that `require` loads: `bind(memory, width)` gives functions that take what the WebAssembly
   * kernels of the same names take.
   */
  readonly addon: string;
  /** Bits of a vector. */
  readonly width: 256 | 512;
  readonly breakEvens: BreakEvens;
}

export const nativeKernels: Kind = {
  words: "what native() of @ltt/native gives",
  accepts: (value) => typeof value === "object" && value !== null && "addon" in value && "width" in value,
};

/**
 * The kernels with the native ones in the place of their own.
 *
 * @throws {Error} if they cannot be loaded, or the memory is not shared.
 */
export function withNative(exports: Exports, { memory, shared }: LinearMemory, native: NativeKernels): Exports {
  if (!shared) throw new Error("wasm: native kernels need shared memory: use the backend wasm-fma without them");
  const load = globalThis.process?.getBuiltinModule?.("node:module").createRequire(native.addon);
  if (load === undefined) throw new Error("wasm: native kernels run in Node: use the backend wasm-fma without them");
  const { bind } = load(native.addon) as { bind(memory: WebAssembly.Memory, width: number): Partial<Exports> };
  return { ...exports, ...bind(memory, native.width) };
}
