import { type Backend, createReferenceBackend, createWasmBackend } from "@ltt/core";

/** The backends that a run can ask for by name. */
export const BACKENDS = ["wasm-fma", "wasm", "reference"] as const;
export type BackendName = (typeof BACKENDS)[number];

/**
 * The backend of that name: what was asked for is what runs. Without a name, the fastest that runs here: `wasm-fma` where the platform and its
 * processor fuse a product and its sum, else `wasm`. A run's networks are named by their backend too, so they are only ever continued on it.
 *
 * @throws {RangeError} if it cannot use so many threads.
 * @throws {Error} if the platform lacks what it needs.
 */
export async function createBackend(name: BackendName | undefined, threads: number | undefined): Promise<Backend> {
  if (threads !== undefined && threads > 1) {
    throw new RangeError(`--threads ${threads}: backends compute on one thread: leave --threads out, or say 1`);
  }
  if (name === "reference") return createReferenceBackend();
  if (name === "wasm") return createWasmBackend();
  const fused = createWasmBackend({ arithmetic: "fma" });
  return name === "wasm-fma" ? fused : fused.catch(() => createWasmBackend());
}
