import { createDefaultBackend } from "./backends/wasm/backend.ts";
import type { Backend } from "./kernels.ts";

let current: Backend = createDefaultBackend();

/** The backend on which tensors are made and operations run: `wasm`, in the arithmetic `strict` and on one thread, unless another was chosen. */
export function backend(): Backend {
  return current;
}

/**
 * Makes tensors live, and operations run, on this backend from now on. Tensors made before stay where they are: an
 * operation on one of them is an error that names both backends.
 *
 * @returns the backend that was in use before.
 */
export function useBackend(next: Backend): Backend {
  const previous = current;
  current = next;
  return previous;
}
