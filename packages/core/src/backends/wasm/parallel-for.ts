import { type LinearMemory, wholeLines } from "./memory.ts";
import type { Arguments, KernelName, ThreadPool } from "./thread-pool.ts";

/**
 * Runs a kernel on ranges of `0 … n − 1`, at most one a thread, each with scratch memory of its own. Ranges do not
 * depend on each other, so the results are the same bits for any number of threads.
 *
 * @param size.work - Multiplications of all ranges: it decides how many threads are used.
 * @param size.grain - Ranges begin at multiples of it. Default 1.
 * @param size.scratch - Bytes that a range needs, or how many it needs if it is at most so long. Default 0.
 * @param part - The arguments of the compiled kernel for the range `begin … end − 1`, with its scratch memory at that pointer.
 */
export type ParallelFor = <Name extends KernelName>(
  kernel: Name,
  size: {
    readonly n: number;
    readonly work: number;
    readonly grain?: number;
    readonly scratch?: number | ((most: number) => number);
  },
  part: (begin: number, end: number, scratch: number) => Arguments<Name>,
) => void;

/** @param worth - Multiplications from which another thread is used. */
export function createParallelFor(memory: LinearMemory, pool: ThreadPool, worth: number): ParallelFor {
  return (kernel, { n, work, grain = 1, scratch = 0 }, part) => {
    const most = Math.max(1, Math.min(pool.size, Math.ceil(n / grain), Math.floor(work / worth)));
    const step = Math.ceil(n / grain / most) * grain;
    const room = wholeLines(typeof scratch === "number" ? scratch : scratch(Math.min(n, step)));
    // the closure stands where it is called, so that V8 inlines it: two callers of it would cost small kernels half a microsecond
    memory.borrow(room * most, (pointer) => {
      if (step >= n) {
        if (n > 0) pool.runHere(kernel, part(0, n, pointer));
        return;
      }
      const parts: Arguments<typeof kernel>[] = [];
      for (let begin = 0; begin < n; begin += step) {
        parts.push(part(begin, Math.min(n, begin + step), pointer + parts.length * room));
      }
      pool.run(kernel, parts, work);
    });
  };
}
