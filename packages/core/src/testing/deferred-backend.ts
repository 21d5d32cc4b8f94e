import { createReferenceBackend } from "../backends/reference/backend.ts";
import type { Backend, Indices, Kernels, Storage } from "../kernels/kernels.ts";

/** Storage whose values come later: what a GPU backend hands out. */
class Handle {
  readonly length: number;
  values: Float32Array | Int32Array | undefined;

  constructor(length: number) {
    this.length = length;
  }
}

/**
 * The reference backend behind a queue: every call returns at once, every kernel runs later, in the order of issue,
 * after a delay, and `data` is an error. A program that works here needs nothing that a GPU could not give. Its kernels
 * are derived from the reference's, whichever there are.
 *
 * It takes whole weights only: operations write sparse ones out, as for any backend that does not take them.
 *
 * Fresh memory holds NaN, and memory that was given back is gone, so that a test sees when either is read.
 *
 * @param options.delay - Awaited before every piece of work. Default: a timer.
 */
export function createDeferredBackend({
  delay = () => new Promise<void>((resolve) => setTimeout(resolve)),
}: {
  delay?: () => Promise<void>;
} = {}): Backend {
  const inner = createReferenceBackend();
  let queue: Promise<void> = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;

  const issue = (work: () => void): void => {
    queue = queue.then(async () => {
      await delay();
      if (failure !== undefined) return;
      try {
        work();
      } catch (error) {
        failure = { error };
      }
    });
  };
  const made = (length: number, make: () => Float32Array | Int32Array): Handle => {
    const handle = new Handle(length);
    issue(() => {
      handle.values = make();
    });
    return handle;
  };
  const drop = (handle: Storage | Indices): void => {
    issue(() => {
      (handle as Handle).values = undefined;
    });
  };

  return {
    name: "deferred",
    kernels: new Proxy(inner.kernels, {
      get: (kernels, name: keyof Kernels) => {
        const kernel = kernels[name] as ((...operands: unknown[]) => void) | undefined;
        if (kernel === undefined) return undefined;
        return (...operands: unknown[]) => issue(() => kernel(...operands.map((operand) => resolve(name, operand))));
      },
    }),
    allocate: (length) => made(length, () => new Float32Array(length).fill(Number.NaN)),
    allocateIndices: (length) => made(length, () => new Int32Array(length).fill(-1)),
    upload: (values) => {
      const copy = values.slice();
      return made(copy.length, () => copy);
    },
    uploadIndices: (values) => {
      const copy = values.slice();
      return made(copy.length, () => copy);
    },
    write: (storage, values) => {
      const copy = values.slice();
      issue(() => (resolve("write", storage) as Float32Array).set(copy));
    },
    read: async (storage) => {
      let copy: Float32Array | undefined;
      issue(() => {
        copy = (resolve("read", storage) as Float32Array).slice();
      });
      await queue;
      if (failure !== undefined) throw failure.error;
      return copy!;
    },
    view: () => undefined,
    release: drop,
    releaseIndices: drop,
  };
}

function resolve(name: string, operand: unknown): unknown {
  if (Array.isArray(operand)) return operand.map((part) => resolve(name, part));
  if (!(operand instanceof Handle)) return operand;
  if (operand.values === undefined)
    throw new Error(`${name}: an operand of ${operand.length} values was given back already`);
  return operand.values;
}
