import { type Backend, createReferenceBackend, type Storage, useBackend } from "@ltt/core";
import { createDeferredBackend } from "@ltt/core/testing";

/** The reference backend, counting the arrays that are out. */
export function createCountingBackend(): { backend: Backend; alive: () => number } {
  const reference = createReferenceBackend();
  const out = new Set<Storage>();
  const lend = (storage: Storage) => {
    out.add(storage);
    return storage;
  };
  const backend: Backend = {
    ...reference,
    allocate: (length) => lend(reference.allocate(length)),
    upload: (values) => lend(reference.upload(values)),
    release: (storage) => {
      if (!out.delete(storage)) throw new Error("released twice");
      reference.release(storage);
    },
  };
  return { backend, alive: () => out.size };
}

/** A backend whose kernels run later and whose values can only be waited for, as a GPU's, without the delay of timers. */
export function createLaterBackend(): Backend {
  return createDeferredBackend({ delay: () => new Promise((resolve) => setImmediate(resolve)) });
}

/** Runs `body` with another backend in use. */
export async function using<T>(backend: Backend, body: () => T | Promise<T>): Promise<T> {
  const before = useBackend(backend);
  try {
    return await body();
  } finally {
    useBackend(before);
  }
}
