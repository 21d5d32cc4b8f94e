import { describe } from "../arguments/describe.ts";
import { object } from "../arguments/kinds.ts";
import type { Backend } from "../kernels/kernels.ts";
import { createDefaultBackend } from "./wasm/backend.ts";

let current: Backend = createDefaultBackend();

/**
 * The backend on which tensors are made and operations run: `wasm`, in the arithmetic `strict` and on one thread,
 * unless another was chosen.
 */
export function backend(): Backend {
  return current;
}

/**
 * Makes tensors live, and operations run, on this backend from now on. Tensors made before stay where they are: an
 * operation on one of them is an error that names both backends.
 *
 * @returns the backend that was in use before.
 * @throws {TypeError} if it is no backend.
 */
export function useBackend(next: Backend): Backend {
  if (!isBackend(next)) {
    throw new TypeError(
      `useBackend: next is ${describe(next)}; it is a backend: ` +
        "useBackend(await createWasmBackend()) or useBackend(createReferenceBackend())",
    );
  }
  const previous = current;
  current = next;
  return previous;
}

const METHODS = [
  "allocate",
  "upload",
  "allocateIndices",
  "uploadIndices",
  "write",
  "read",
  "view",
  "release",
  "releaseIndices",
] as const;

function isBackend(value: Partial<Backend>): value is Backend {
  return (
    object.accepts(value) &&
    typeof value.name === "string" &&
    // of a getter the value is not asked: the default backend is compiled by it
    (Object.getOwnPropertyDescriptor(value, "kernels")?.get !== undefined || object.accepts(value.kernels)) &&
    METHODS.every((method) => typeof value[method] === "function")
  );
}
