import { kernels as fma } from "./fma.generated.ts";
import type { LinearMemory, Region } from "./memory.ts";
import { kernels as strict } from "./strict.generated.ts";

/** The shape has four axes, and so have the strides of each operand. */
type Pairs = (a: number, b: number, out: number, ...shapeAndStrides: number[]) => void;
type Moves = (from: number, to: number, ...shapeAndStrides: number[]) => void;
type Unary = (x: number, out: number, bytes: number) => void;
/** The sizes: batch, time, channels, width, filters. */
type Convolution = (a: number, b: number, out: number, ...sizesAndScratch: number[]) => void;

/** What `assembly/index.ts` exports. Pointers and strides are in bytes, sizes in elements; true is 1. */
export interface Exports {
  fill(value: number, out: number, bytes: number): void;
  readonly exp: Unary;
  readonly log: Unary;
  readonly log1p: Unary;
  readonly sqrt: Unary;
  readonly abs: Unary;
  readonly sign: Unary;
  readonly tanh: Unary;
  readonly sigmoid: Unary;
  readonly relu: Unary;
  readonly reluGradient: Unary;
  readonly add: Pairs;
  readonly sub: Pairs;
  readonly mul: Pairs;
  readonly div: Pairs;
  readonly stridedCopy: Moves;
  readonly stridedScatter: Moves;
  copyRows(from: number, fromRow: number, to: number, toRow: number, rows: number, n: number): void;
  gatherRows(table: number, ids: number, out: number, count: number, dim: number): void;
  scatterRows(rows: number, ids: number, out: number, count: number, dim: number, except: number, row: number): void;
  scatterArgmax(dy: number, argmax: number, dx: number, outer: number, axis: number, inner: number): void;
  gatherArgmax(x: number, argmax: number, y: number, outer: number, axis: number, inner: number): void;
  sum(x: number, out: number, outer: number, axis: number, inner: number, row: number, scratch: number): void;
  sumScratch(axis: number, inner: number): number;
  max(x: number, lengths: number, out: number, argmax: number, outer: number, axis: number, inner: number): void;
  crossEntropy(...operands: number[]): void;
  crossEntropyGradient(...operands: number[]): void;
  matmul(
    a: number,
    aRow: number,
    b: number,
    out: number,
    batch: number,
    m: number,
    k: number,
    n: number,
    transposeA: number,
    transposeB: number,
    scratch: number,
  ): void;
  productScratch(k: number, n: number, transposeA: number): number;
  readonly conv1d: Convolution;
  readonly conv1dInputSparse: Convolution;
  readonly conv1dInputDense: Convolution;
  readonly conv1dKernelSparse: Convolution;
  readonly conv1dKernelDense: Convolution;
  conv1dInputScratch(time: number, channels: number, width: number, filters: number): number;
  maxOfWindows(...operands: number[]): void;
  maxOfWindowsRows(...operands: number[]): void;
  maxOfWindowsKernels(...operands: number[]): void;
  maxOfWindowsScratch(rows: number, channels: number, widest: number): number;
  maxOfWindowsRowsScratch(rows: number, own: number, channels: number, most: number): number;
  maxOfWindowsKernelsScratch(batch: number, channels: number, widest: number, most: number): number;
  countNonZero(x: number, n: number): number;
  allFinite(x: number, n: number): number;
  dropoutMask(
    key0: number,
    key1: number,
    first: number,
    upper: number,
    out: number,
    n: number,
    last: number,
    kept: number,
  ): void;
  lstmCell(...operands: number[]): void;
  lstmCellGradient(...operands: number[]): void;
  lstm(...operands: number[]): void;
  lstmGates(...operands: number[]): void;
  weightGradient(...operands: number[]): void;
  lstmScratch(batch: number, hidden: number): number;
  weightGradientScratch(rows: number, outputs: number, inputs: number): number;
  lstmSparseScratch(texts: number, hidden: number, entries: number): number;
  sgd(...operands: number[]): void;
  adam(...operands: number[]): void;
  adamRows(...operands: number[]): void;
  adamPresent(...operands: number[]): void;
  adamReplay(...operands: number[]): void;
  adamReplayScratch(steps: number): number;
  rmsprop(...operands: number[]): void;
  sparseProduct(...operands: number[]): void;
  sparseRows(rows: number): number;
  sparseProductScratch(rows: number, inner: number, columns: number, entries: number): number;
  sparseProductValues(...operands: number[]): void;
  sparseWeightGradient(...operands: number[]): void;
  sparseWeightGradientScratch(inner: number, columns: number, entries: number): number;
  sparseProductValuesScratch(inner: number, columns: number, entries: number): number;
  scatter(values: number, positions: number, out: number, count: number): void;
  expand(values: number, end: number, bits: number, out: number, n: number): void;
  gatherBits(...operands: number[]): void;
  gatherPacked(...operands: number[]): void;
  scatterPacked(...operands: number[]): void;
  adamPacked(...operands: number[]): void;
  spread(...operands: number[]): void;
  collect(...operands: number[]): void;
  maxOfPackedWindows(...operands: number[]): void;
  maxOfPackedWindowsScratch(...sizes: number[]): number;
  maxOfWindowsRowsSparse(...operands: number[]): void;
  maxOfWindowsKernelsSparse(...operands: number[]): void;
  maxOfWindowsRowsSparseScratch(...sizes: number[]): number;
  maxOfWindowsKernelsSparseScratch(entries: number, widest: number, filters: number, batch: number): number;
}

/**
 * How a product is added to a sum. `strict`: rounded, then added and rounded again, the bits of the reference on every platform. `fma`: rounded once,
 * by the relaxed SIMD of platforms that fuse; faster, and the same bits on all of them.
 */
export type Arithmetic = "strict" | "fma";

/** The kernels, working on one memory, and the module they come from, for other threads. */
export interface Instance {
  readonly exports: Exports;
  readonly module: WebAssembly.Module;
}

/**
 * The kernels, working on this memory.
 *
 * @throws {Error} if the platform lacks what they need.
 */
export async function instantiate(linear: LinearMemory, arithmetic: Arithmetic): Promise<Instance> {
  if (arithmetic === "fma") allowRelaxedSimd();
  // both imported: a worker's bundle, often one file, need not be split
  const binary = decode(arithmetic === "fma" ? fma : strict, linear, arithmetic);
  const { instance, module } = await WebAssembly.instantiate(binary, imports(linear));
  const exports = instance.exports as unknown as Exports;
  if (arithmetic === "fma" && !fuses(exports, linear)) {
    throw new Error("wasm: this processor does not fuse multiply and add: use the arithmetic strict");
  }
  return { exports, module };
}

/**
 * The same at once, in the arithmetic `strict`.
 *
 * @throws {Error} if the platform lacks what they need, or compiles nothing of their size at once: a page's own thread in Chrome before 114.
 */
export function instantiateNow(linear: LinearMemory): Instance {
  const binary = decode(strict, linear, "strict");
  const module = compileNow(binary);
  const instance = new WebAssembly.Instance(module, imports(linear));
  return { exports: instance.exports as unknown as Exports, module };
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

function imports({ memory }: LinearMemory): WebAssembly.Imports {
  const abort = () => {
    throw new Error("wasm: a kernel aborted");
  };
  return { env: { memory, abort } };
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
    exports.matmul(a.pointer, 8, b.pointer, out.pointer, 1, 1, 2, 1, 0, 0, scratch),
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
