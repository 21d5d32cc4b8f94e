import { type Backend, createReferenceBackend, createWasmBackend } from "@ltt/core";

/** The backends that a run can ask for by name; the first is the default. */
export const BACKENDS = ["wasm", "reference"] as const;
export type BackendName = (typeof BACKENDS)[number];

/**
 * The backend of that name. What was asked for is what runs.
 *
 * @throws {RangeError} if it cannot use so many threads.
 */
export async function createBackend(name: BackendName, threads: number | undefined): Promise<Backend> {
  if (threads !== undefined && threads > 1) {
    throw new RangeError(
      `--threads ${threads}: the backend "${name}" computes on one thread: leave --threads out, or say 1`,
    );
  }
  return name === "wasm" ? createWasmBackend() : createReferenceBackend();
}
