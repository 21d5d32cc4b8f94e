import { availableParallelism } from "node:os";
import { type Backend, createReferenceBackend, createWasmBackend } from "@ltt/core";
import type { GpuBackend } from "@ltt/gpu";

/** The backends that a run can ask for by name. */
export const BACKENDS = ["wasm-fma", "wasm", "reference", "gpu"] as const;
export type BackendName = (typeof BACKENDS)[number];

/**
 * The backend of that name: what was asked for is what runs. Without a name, the fastest that runs here: `wasm-fma` where the platform and its
 * processor fuse a product and its sum, else `wasm`. A run's networks are named by their backend too, so they are only ever continued on it.
 *
 * @param threads - How many compute together; results are the same bits for any number. Default: one for each core.
 * @throws {RangeError} if it cannot use so many threads.
 * @throws {Error} if the platform lacks what it needs.
 */
export async function createBackend(name?: BackendName, threads?: number): Promise<Backend> {
  if (name === "reference" || name === "gpu") {
    if (threads !== undefined && threads > 1) {
      throw new RangeError(
        `--threads ${threads}: the backend "${name}" is driven by one thread: leave --threads out, or say 1`,
      );
    }
    return name === "gpu" ? createGpu() : createReferenceBackend();
  }
  const team = { threads: threads ?? availableParallelism() };
  if (name === "wasm") return createWasmBackend(team);
  const fused = createWasmBackend({ ...team, arithmetic: "fma" });
  return name === "wasm-fma" ? fused : fused.catch(() => createWasmBackend(team));
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

/** Its name, and on a GPU what it is that computes. */
export function describeBackend(backend: Backend): string {
  if (!("adapter" in backend)) return backend.name;
  const { description, software } = (backend as GpuBackend).adapter;
  return `${backend.name} on ${description}${software ? ", which is software: right, but slow" : ""}`;
}
