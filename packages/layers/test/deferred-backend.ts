import { type Backend, createReferenceBackend, type Indices, type Kernels, type Storage } from "@ltt/core";

/** A place in memory that is filled when its turn comes. */
class Handle {
  readonly length: number;
  content: Storage | Indices | undefined;

  constructor(length: number) {
    this.length = length;
  }
}

/**
 * The reference backend behind a queue that runs later, as a GPU's does: whatever is issued returns at once, takes effect in
 * the order of issue, and can only be read by waiting. Released memory is overwritten with NaN, so that using it shows.
 */
export function createDeferredBackend(): Backend {
  const reference = createReferenceBackend();
  let queue = Promise.resolve();
  const later = <T>(work: () => T): Promise<T> => {
    const result = queue.then(() => new Promise((resolve) => setImmediate(resolve))).then(work);
    queue = result.then(
      () => undefined,
      () => undefined,
    );
    result.catch(() => undefined);
    return result;
  };
  const resolved = (argument: unknown): unknown => {
    if (argument instanceof Handle) {
      if (argument.content === undefined)
        throw new Error("deferred: used before it was made, or after it was released");
      return argument.content;
    }
    return Array.isArray(argument) && argument[0] instanceof Handle ? argument.map(resolved) : argument;
  };
  const make = <T extends Storage | Indices>(length: number, content: () => T): Handle => {
    const handle = new Handle(length);
    void later(() => {
      handle.content = content();
    });
    return handle;
  };
  const inside = (storage: Storage | Indices) => resolved(storage) as Storage;

  const kernels = Object.fromEntries(
    Object.entries(reference.kernels).map(([name, kernel]: [string, (...operands: never[]) => void]) => [
      name,
      (...operands: unknown[]) => void later(() => kernel(...(operands.map(resolved) as never[]))),
    ]),
  );
  return {
    name: "deferred",
    kernels: kernels as { [K in keyof Kernels]: Kernels[K] },
    allocate: (length) => make(length, () => reference.allocate(length)),
    allocateIndices: (length) => make(length, () => reference.allocateIndices(length)),
    upload: (values) => {
      const copy = values.slice();
      return make(values.length, () => reference.upload(copy));
    },
    uploadIndices: (values) => make(values.length, () => reference.uploadIndices(values)),
    write: (storage, values) => {
      const copy = values.slice();
      void later(() => reference.write(inside(storage), copy));
    },
    read: async (storage) => later(() => reference.read(inside(storage))),
    view: () => undefined,
    release: (storage) => {
      void later(() => {
        reference.write(inside(storage), new Float32Array(storage.length).fill(Number.NaN));
        (storage as Handle).content = undefined;
      });
    },
    releaseIndices: () => {},
  };
}
