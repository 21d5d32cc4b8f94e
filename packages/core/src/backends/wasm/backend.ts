import { anyNumber, check, type Kind, oneOf, positive } from "../../arguments/kinds.ts";
import { checkOptions } from "../../arguments/options.ts";
import type { Backend, Kernels } from "../../kernels/kernels.ts";
import { BREAK_EVENS, type BreakEvens, densities } from "./break-evens.ts";
import { checkWide } from "./compare-widths.ts";
import { type Arithmetic, type Instance, instantiate, instantiateNow, type Width } from "./instantiate.ts";
import { createKernels } from "./kernels.ts";
import { LinearMemory, Region } from "./memory.ts";
import { type NativeKernels, nativeKernels } from "./native.ts";
import { CLOSED, serial, startThreadPool, type ThreadPool } from "./thread-pool.ts";

/** All that WebAssembly can address, in bytes. */
const MOST = 2 ** 32;
/** Threads beyond these cost memory and help nobody. */
const MOST_THREADS = 256;

/** A backend with threads, that can be told to end them. */
export interface WasmBackend extends Backend {
  /** Bits of a vector. The results are the same bits for either. */
  readonly width: Width;
  /** Bits of a vector of its native kernels, if it has such. The results are the same bits. */
  readonly native: NativeKernels["width"] | undefined;
  /**
   * Lets at most so many of its threads work at a time, from the next kernel on: for processes that share a machine.
   * The results are the same bits.
   *
   * @throws {RangeError} if it is no integer from 1.
   */
  limitThreads(threads: number): void;
  /**
   * Bytes of tensors and of what kernels need meanwhile: those in use, the most that were in use at a time since this
   * was last asked, and of the whole memory, which never shrinks.
   */
  memory(): { readonly bytes: number; readonly peak: number; readonly total: number };
  /**
   * Ends the threads and gives the memory up; resolves when they have ended. No process waits for the threads, so this
   * is for programs that go on without the backend. To use it or its tensors afterwards is an error.
   */
  close(): Promise<void>;
}

/**
 * Kernels in WebAssembly, four lanes at a time, on tensors that all lie in one memory. Sums are added in the order of the reference.
 *
 * @param options.arithmetic - `strict` (the default) gives the bits of the reference, everywhere. `fma` rounds a
 *   product and its sum once: up to 1.4 times faster, and other bits, the same on every platform that has it; its name
 *   is "wasm-fma".
 * @param options.threads - How many work on one kernel, 1 to 256. The results are the same bits for any number. Default
 *   1. More run in Node and its workers, and in browsers inside a worker of a page that is isolated from other origins.
 * @param options.width - Bits of a vector: 128 (the default), everywhere; or 256, in Node from version 24 on, on x64:
 *   up to twice as fast, and the same bits of finite numbers. For 256 V8's flag `--experimental-wasm-revectorize` is on while the kernels
 *   are compiled, which takes a tenth of a second, and all kernels are tried on a few numbers in both widths.
 * @param options.native - What `native()` of `@ltt/native` gives: kernels in machine code that stand in for the
 *   heaviest ones, with the bits of `fma`, whose name the backend keeps. Only with that arithmetic. Default: none.
 * @param options.breakEvens - Densities from which a weight that is stored in part is written out; they change times, and no bit of finite
 *   numbers. Default: those that were measured for these kernels.
 * @param options.memory - Where the tensors lie. Default: a memory of its own, that may grow to 4 GiB, which is all that there can be.
 * @throws {TypeError} if an option is unknown, or of the wrong kind.
 * @throws {RangeError} if `threads` is no such number, or `arithmetic` or `width` neither.
 * @throws {Error} if the platform lacks what is asked for, a kernel has other bits in the wider vectors, or a thread
 *   cannot start: nothing else is run instead.
 */
export async function createWasmBackend(
  options: {
    arithmetic?: Arithmetic | undefined;
    threads?: number | undefined;
    width?: Width | undefined;
    native?: NativeKernels | undefined;
    breakEvens?: BreakEvens | undefined;
    memory?: LinearMemory | undefined;
  } = {},
): Promise<WasmBackend> {
  const kinds = {
    arithmetic: oneOf("strict", "fma"),
    threads: anyNumber,
    width: vectorWidth,
    native: nativeKernels,
    breakEvens: densities,
    memory: linearMemory,
  };
  const chosen = checkOptions("wasm", options, kinds);
  const { arithmetic = "strict", threads = 1, width = 128, native, memory = new LinearMemory(MOST) } = chosen;
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS)
    throw new RangeError(`wasm: ${threads} threads: it is an integer from 1 to ${MOST_THREADS}`);
  if (native !== undefined && arithmetic !== "fma")
    throw new RangeError(
      `wasm: native kernels have the bits of the arithmetic "fma", not of "${arithmetic}": choose that`,
    );
  const instance = await instantiate(memory, arithmetic, width, native);
  if (width === 256) await checkWide(arithmetic);
  const pool = threads === 1 ? serial(instance.exports) : await startThreadPool(instance, memory, threads);
  return backendOf(arithmetic === "fma" ? "wasm-fma" : "wasm", instance, memory, pool, chosen);
}

const vectorWidth: Kind = { type: "number", words: "128 or 256", accepts: (value) => value === 128 || value === 256 };
const linearMemory: Kind = { words: "a LinearMemory", accepts: (value) => value instanceof LinearMemory };

/**
 * What runs where nothing was chosen: the backend of `createWasmBackend()`, compiled when it is first used, so that an
 * import does nothing and nobody waits for it.
 *
 * @throws {Error} at its first use, if the platform has no WebAssembly SIMD.
 */
export function createDefaultBackend(): Backend {
  let made: Backend | undefined;
  const make = () => {
    const memory = new LinearMemory(MOST);
    const instance = instantiateNow(memory);
    made = backendOf("wasm", instance, memory, serial(instance.exports));
    return made;
  };
  const its = () => made ?? make();
  return {
    name: "wasm",
    takesStoredWeights: true,
    get kernels() {
      return its().kernels;
    },
    allocate: (length, scoped) => its().allocate(length, scoped),
    allocateIndices: (length, scoped) => its().allocateIndices(length, scoped),
    upload: (values, scoped) => its().upload(values, scoped),
    uploadIndices: (values, scoped) => its().uploadIndices(values, scoped),
    keep: (values) => its().keep!(values),
    write: (storage, values) => its().write(storage, values),
    read: (storage) => its().read(storage),
    view: (storage) => its().view(storage),
    release: (storage) => its().release(storage),
    releaseIndices: (indices) => its().releaseIndices(indices),
  };
}

/** @param options - See `createKernels`. */
export function backendOf(
  name: string,
  { exports, width, native }: Instance,
  memory: LinearMemory,
  pool: ThreadPool,
  {
    worth,
    breakEvens = native?.breakEvens ?? BREAK_EVENS[width],
  }: { worth?: number; breakEvens?: BreakEvens | undefined } = {},
): WasmBackend {
  const backend = {
    name,
    width,
    native: native?.width,
    takesStoredWeights: true,
    kernels: createKernels(exports, memory, pool, worth, breakEvens),
    allocate: (length: number, scoped?: boolean) => memory.allocate(length, scoped),
    allocateIndices: (length: number, scoped?: boolean) => memory.allocate(length, scoped),
    keep: (region: Region) => memory.keep(region),
    upload: (values: Float32Array, scoped?: boolean) => memory.upload(values, scoped),
    uploadIndices: (values: Int32Array, scoped?: boolean) => memory.uploadIntegers(values, scoped),
    write: (region: Region, values: Float32Array) => memory.floats(region).set(values),
    read: async (region: Region) => memory.copy(region),
    view: (region: Region) => (region instanceof Region ? memory.floats(region) : undefined),
    release: (region: Region) => memory.release(region),
    releaseIndices: (region: Region) => memory.release(region),
    limitThreads: (threads: number) => {
      check("wasm.limitThreads", "threads", threads, positive);
      pool.limit(threads);
    },
    memory: () => {
      const { inUse: bytes, total } = memory.size;
      return { bytes, peak: memory.takePeak(), total };
    },
    close: () => {
      Object.assign(backend, closed(backend.kernels));
      return pool.close();
    },
  };
  return backend;
}

/** What is left of a backend: an error, whatever is asked of it, but scopes may end. */
function closed(kernels: Kernels): Omit<Backend, "name" | "takesStoredWeights"> & Pick<WasmBackend, "memory"> {
  const refuse = (): never => {
    throw new Error(CLOSED);
  };
  return {
    kernels: new Proxy(kernels, { get: () => refuse }),
    allocate: refuse,
    allocateIndices: refuse,
    upload: refuse,
    uploadIndices: refuse,
    write: refuse,
    read: async () => refuse(),
    view: refuse,
    memory: refuse,
    release: () => {},
    releaseIndices: () => {},
  };
}
