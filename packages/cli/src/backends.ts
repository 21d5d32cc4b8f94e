import { availableParallelism } from "node:os";
import {
  type Backend,
  createReferenceBackend,
  createWasmBackend,
  hasWideVectors,
  type NativeKernels,
  type WasmBackend,
} from "@ltt/core";
import type { GpuBackend } from "@ltt/gpu";

/** The backends that a run can ask for by name. */
export const BACKENDS = ["wasm-fma", "wasm", "native", "reference", "gpu"] as const;
export type BackendName = (typeof BACKENDS)[number];

/** Bits of a vector: of the wasm backends 128 or 256, of native kernels 256 or 512. */
export const WIDTHS = [128, 256, 512] as const;
export type Width = (typeof WIDTHS)[number];

/** Of backends whose vectors are 128 bits wide though this platform has 256: what was wrong with these. */
const narrowed = new WeakMap<Backend, string>();

/**
 * The backend of that name: what was asked for is what runs. Without a name, the fastest that runs here: `wasm-fma` where the platform and
 * its processor fuse a product and its sum, else `wasm`. `native` is `wasm-fma` with its heaviest kernels in machine code: the same bits
 * and the same name. A run's networks are named by their backend too, so they are only ever continued on it.
 *
 * @param options.threads - How many compute together; results are the same bits for any number. Default: one for each core.
 * @param options.width - Bits of a vector; results are the same bits for any. Default: of `wasm` and `wasm-fma` 256 where the platform has
 *   them and every kernel passes its trial, else 128; of `native` the most that the processor has.
 * @throws {RangeError} if it cannot use so many threads, or has no such vectors.
 * @throws {Error} if the platform lacks what it needs.
 */
export async function createBackend(
  name?: BackendName,
  { threads, width }: { threads?: number | undefined; width?: Width | undefined } = {},
): Promise<Backend> {
  if (name === "reference" || name === "gpu") {
    if (threads !== undefined && threads > 1) {
      throw new RangeError(
        `--threads ${threads}: the backend "${name}" is driven by one thread: leave --threads out, or say 1`,
      );
    }
    if (width !== undefined) {
      throw new RangeError(`--width ${width}: the backend "${name}" has no vectors to choose: leave --width out`);
    }
    return name === "gpu" ? createGpu() : createReferenceBackend();
  }
  const team = threads ?? availableParallelism();
  if (name === "native") return createNative(team, width);
  if (width === 512)
    throw new RangeError(`--width 512: the backend "${name ?? "wasm-fma"}" has 128 or 256: --backend native has 512`);
  const create = (arithmetic: "strict" | "fma") => createWasm({ threads: team, arithmetic }, width);
  if (name === "wasm") return create("strict");
  const fused = create("fma");
  return name === "wasm-fma" ? fused : fused.catch(() => create("strict"));
}

async function createWasm(
  options: { threads: number; arithmetic: "strict" | "fma"; native?: NativeKernels },
  width?: 128 | 256,
): Promise<WasmBackend> {
  if (width !== undefined || !hasWideVectors()) return createWasmBackend({ ...options, width });
  try {
    return await createWasmBackend({ ...options, width: 256 });
  } catch (error) {
    const backend = await createWasmBackend(options);
    narrowed.set(backend, (error as Error).message);
    return backend;
  }
}

/** `wasm-fma` with native kernels: a package of its own, for platforms that it is built for. */
async function createNative(threads: number, width?: Width): Promise<WasmBackend> {
  if (width === 128)
    throw new RangeError(`--width 128: the backend "native" has 256 or 512: --backend wasm-fma has 128`);
  const { native } = await import("@ltt/native").catch((cause: unknown) => {
    throw new Error("--backend native: the package @ltt/native is not there: install it, or take --backend wasm-fma", {
      cause,
    });
  });
  return createWasm({ threads, arithmetic: "fma", native: native({ width }) });
}

/** Most users have no use for it, and it is large: so `@ltt/gpu` is installed by those who want it. */
async function createGpu(): Promise<GpuBackend> {
  const { createGpuBackend } = await import("@ltt/gpu").catch((cause: unknown) => {
    throw new Error("--backend gpu: the package @ltt/gpu is not there: npm install --omit=optional @ltt/gpu", {
      cause,
    });
  });
  return createGpuBackend();
}

/** What `createBackend` is told to get one like it. */
export function nameOf(backend: Backend): readonly [name: BackendName, width?: Width] {
  const { width, native } = backend as Partial<WasmBackend>;
  if (native !== undefined) return ["native", native];
  const name = backend.name as BackendName; // of `createBackend`
  return width === undefined ? [name] : [name, width];
}

/** Its name, how wide its vectors are, and on a GPU what it is that computes. */
export function describeBackend(backend: Backend): string {
  if ("width" in backend) {
    const { native } = backend as WasmBackend;
    if (native !== undefined) return `${backend.name} with native kernels of ${native} bits`;
    const why = narrowed.get(backend);
    return `${backend.name} with ${backend.width} bits${why === undefined ? "" : ` (${why})`}`;
  }
  if (!("adapter" in backend)) return backend.name;
  const { description, software } = (backend as GpuBackend).adapter;
  return `${backend.name} on ${description}${software ? ", which is software: right, but slow" : ""}`;
}
