import type { Exports } from "./instantiate.ts";
import type { LinearMemory } from "./memory.ts";

/** What a thread is asked: a kernel and its operands. */
export type Part = readonly number[];

/** Runs parts of a kernel that do not depend on each other. What they compute does not depend on how many run at a time. */
export interface Team {
  readonly size: number;
  /** Returns when all parts have run, the first of them here. There are at most `size`. */
  run(kernel: keyof Exports, parts: readonly Part[]): void;
}

/** This thread alone. */
export function alone(exports: Exports): Team {
  return {
    size: 1,
    run: (kernel, parts) => {
      for (const part of parts) call(exports, kernel, part);
    },
  };
}

function call(exports: Exports, kernel: keyof Exports, part: Part): void {
  (exports[kernel] as (...operands: number[]) => void)(...part);
}

/** The most operands of a kernel, with its number and their count before them. */
const SLOT = 32;
/** In the flags: how often work was handed out, how many threads are still at it, whether one failed. */
const ISSUED = 0;
const BUSY = 1;
const FAILED = 2;

/** What a thread runs: it sleeps until work is handed out, does its part and says so. */
const THREAD = `
  const { module, memory, control, index, kernels } = require("node:worker_threads").workerData;
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort: () => { throw new Error("abort"); } } });
  const flags = new Int32Array(control, 0, 4);
  const slot = new Float64Array(control, 16 + index * ${SLOT * 8}, ${SLOT});
  for (let seen = 0; ; ) {
    // a call may come late, when its work is already done: it is the count that says whether there is more
    while (Atomics.load(flags, ${ISSUED}) === seen) Atomics.wait(flags, ${ISSUED}, seen);
    seen = Atomics.load(flags, ${ISSUED});
    try {
      if (slot[0] >= 0) exports[kernels[slot[0]]](...slot.subarray(2, 2 + slot[1]));
    } catch {
      Atomics.store(flags, ${FAILED}, 1);
    }
    if (Atomics.sub(flags, ${BUSY}, 1) === 1) Atomics.notify(flags, ${BUSY});
  }
`;

/**
 * `size` threads in all, this one among them, on one shared memory (Node's `worker_threads`). They sleep between kernels and do not keep the
 * process alive.
 *
 * @throws {Error} where there are no worker threads or no shared memory.
 */
export function assemble(exports: Exports, module: WebAssembly.Module, linear: LinearMemory, size: number): Team {
  if (!linear.shared || globalThis.process?.getBuiltinModule === undefined) {
    throw new Error(`wasm: ${size} threads need Node's worker_threads and shared memory: use one`);
  }
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  const control = new SharedArrayBuffer(16 + (size - 1) * SLOT * 8);
  const flags = new Int32Array(control, 0, 4);
  const slots = Array.from({ length: size - 1 }, (_, index) => new Float64Array(control, 16 + index * SLOT * 8, SLOT));
  const kernels = Object.keys(exports) as (keyof Exports)[];
  for (const index of slots.keys()) {
    const workerData = { module, memory: linear.memory, control, index, kernels };
    // without this process's arguments: loaders and flags of tests are not for it
    new Worker(THREAD, { eval: true, workerData, execArgv: [] }).unref();
  }

  return {
    size,
    run: (kernel, parts) => {
      if (parts.length <= 1) {
        if (parts[0] !== undefined) call(exports, kernel, parts[0]);
        return;
      }
      for (const [index, slot] of slots.entries()) {
        const part = parts[index + 1];
        slot[0] = part === undefined ? -1 : kernels.indexOf(kernel);
        slot[1] = part?.length ?? 0;
        if (part !== undefined) slot.set(part, 2);
      }
      // every thread answers, with work or without: so none is behind when the next work is handed out
      Atomics.store(flags, BUSY, slots.length);
      Atomics.add(flags, ISSUED, 1);
      Atomics.notify(flags, ISSUED);
      call(exports, kernel, parts[0]!);
      for (let busy = Atomics.load(flags, BUSY); busy > 0; busy = Atomics.load(flags, BUSY)) {
        Atomics.wait(flags, BUSY, busy);
      }
      if (Atomics.load(flags, FAILED) !== 0) throw new Error(`wasm: ${kernel} failed on a thread`);
    },
  };
}
