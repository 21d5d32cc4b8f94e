import type { Exports } from "./exports.generated.ts";
import { kernels as fma } from "./fma.generated.ts";
import type { LinearMemory, Region } from "./memory.ts";
import { type NativeKernels, withNative } from "./native.ts";
import { kernels as strict } from "./strict.generated.ts";
import { compileWide } from "./wide.ts";

/**
 * How a product is added to a sum. `strict`: rounded, then added and rounded again, the bits of the reference on every platform. `fma`: rounded once,
 * by the relaxed SIMD of platforms that fuse; faster, and the same bits on all of them.
 */
export type Arithmetic = "strict" | "fma";

/** Bits of a vector. Results are the same bits for either. */
export type Width = 128 | 256;

/** The kernels, working on one memory, and the module they come from, for other threads. */
export interface Instance {
  readonly exports: Exports;
  readonly module: WebAssembly.Module;
  readonly width: Width;
  /** What of them is native, if anything is. */
  readonly native?: NativeKernels | undefined;
}

/**
 * The kernels, working on this memory.
 *
 * @throws {Error} if the platform lacks what they need.
 */
export async function instantiate(
  linear: LinearMemory,
  arithmetic: Arithmetic,
  width: Width = 128,
  native?: NativeKernels,
): Promise<Instance> {
  if (arithmetic === "fma") allowRelaxedSimd();
  // both imported: a worker's bundle, often one file, need not be split
  const binary = decode(arithmetic === "fma" ? fma : strict, linear, arithmetic);
  const module = width === 256 ? compileWide(binary) : await WebAssembly.compile(binary);
  const instance = await WebAssembly.instantiate(module, imports(linear, width));
  const exports = instance.exports as Exports;
  if (arithmetic === "fma" && !fuses(exports, linear)) {
    throw new Error("wasm: this processor does not fuse multiply and add: use the arithmetic strict");
  }
  if (native === undefined) return { exports, module, width };
  return { exports: withNative(exports, linear, native), module, width, native };
}

/**
 * The same at once, in the arithmetic `strict`.
 *
 * @throws {Error} if the platform lacks what they need, or compiles nothing of their size at once: a page's own thread in Chrome before 114.
 */
export function instantiateNow(linear: LinearMemory): Instance {
  const binary = decode(strict, linear, "strict");
  const module = compileNow(binary);
  const instance = new WebAssembly.Instance(module, imports(linear, 128));
  return { exports: instance.exports as Exports, module, width: 128 };
}

function compileNow(binary: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  try {
    return new WebAssembly.Module(binary);
  } catch (cause) {
    const message = `wasm: the default backend cannot be compiled at once here: choose one first, with useBackend(await createWasmBackend())`;
    throw new Error(message, { cause });
  }
}

function decode(kernels: string, { shared }: LinearMemory, arithmetic: Arithmetic): Uint8Array<ArrayBuffer> {
  const binary = Uint8Array.from(atob(kernels), (character) => character.charCodeAt(0));
  if (!shared) declareUnshared(binary);
  if (!WebAssembly.validate(binary)) throw new Error(MISSING[arithmetic]);
  return binary;
}

function imports({ memory }: LinearMemory, width: Width): WebAssembly.Imports {
  const abort = () => {
    throw new Error("wasm: a kernel aborted");
  };
  return { env: { memory, isWide: Number(width === 256), abort } };
}

const MISSING: Readonly<Record<Arithmetic, string>> = {
  strict:
    "wasm: this platform has no WebAssembly SIMD (Node 20, Chrome 91, Firefox 89 and Safari 16.4 have): " +
    "compute with useBackend(createReferenceBackend())",
  fma: "wasm: this platform has no relaxed SIMD (Node 20, Chrome 114 and Firefox 145 have): use the arithmetic strict",
};

/** Node 20 has relaxed SIMD behind a flag, which counts for what is compiled after it. Later versions, and browsers, need none. */
function allowRelaxedSimd(): void {
  if (globalThis.process?.versions?.node?.startsWith("20.")) {
    process.getBuiltinModule("node:v8").setFlagsFromString("--experimental-wasm-relaxed-simd");
  }
}

/** (1 + 2⁻¹²)² − (1 + 2⁻¹¹) is 2⁻²⁴, which is lost where the square is rounded first. */
function fuses(exports: Exports, linear: LinearMemory): boolean {
  const [a, b, out] = [2, 2, 1].map((length) => linear.allocate(length)) as [Region, Region, Region];
  linear.floats(a).set([-1, 1 + 2 ** -12]);
  linear.floats(b).set([1 + 2 ** -11, 1 + 2 ** -12]);
  linear.borrow(exports.productScratch(2, 1, 0), (scratch) =>
    exports.matmul(a.pointer, 8, b.pointer, 4, out.pointer, 4, 1, 1, 2, 1, 0, 0, scratch),
  );
  const fused = linear.floats(out)[0] === 2 ** -24;
  for (const region of [a, b, out]) linear.release(region);
  return fused;
}

/**
 * The module imports a shared memory; without its flag the same code takes an ordinary one. The import is
 * `"env" "memory" memory limits`, and 3 in the limits is "has a maximum" (1) and "shared" (2).
 */
function declareUnshared(binary: Uint8Array): void {
  const name = [3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2, 3];
  const at = binary.findIndex((_, i) => name.every((byte, j) => binary[i + j] === byte));
  if (at < 0) throw new Error("wasm: the kernels do not import a shared memory");
  binary[at + name.length - 1] = 1;
}
