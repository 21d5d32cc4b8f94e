import { availableParallelism } from "node:os";
import { type Backend, createReferenceBackend, createWasmBackend } from "@ltt/core";

/** The backends that a run can ask for by name. */
export const BACKENDS = ["wasm-fma", "wasm", "reference"] as const;
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
  if (name === "reference") {
    if (threads !== undefined && threads > 1) {
      throw new RangeError(
        `--threads ${threads}: the backend "reference" computes on one thread: leave --threads out, or say 1`,
      );
    }
    return createReferenceBackend();
  }
  const team = { threads: threads ?? availableParallelism() };
  if (name === "wasm") return createWasmBackend(team);
  const fused = createWasmBackend({ ...team, arithmetic: "fma" });
  return name === "wasm-fma" ? fused : fused.catch(() => createWasmBackend(team));
}
