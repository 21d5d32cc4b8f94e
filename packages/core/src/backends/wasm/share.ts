import type { Exports } from "./instantiate.ts";
import { type LinearMemory, wholeLines } from "./memory.ts";
import type { Part, Team } from "./team.ts";

/**
 * Runs a kernel on ranges of `n`, as many as there are threads and as the work is worth, each with scratch memory of its own.
 *
 * @param size.grain - Ranges begin at multiples of it.
 * @param size.scratch - Bytes, or what a range of at most so many needs.
 */
export type Share = (
  kernel: keyof Exports,
  size: {
    readonly n: number;
    readonly work: number;
    readonly grain?: number;
    readonly scratch?: number | ((most: number) => number);
  },
  part: (begin: number, end: number, scratch: number) => Part,
) => void;

/** @param worth - Multiplications for which a thread is asked. */
export function createShare(memory: LinearMemory, team: Team, worth: number): Share {
  return (kernel, { n, work, grain = 1, scratch = 0 }, part) => {
    const most = Math.min(team.size, Math.ceil(n / grain), Math.max(1, Math.floor(work / worth)));
    const step = Math.ceil(n / grain / Math.max(most, 1)) * grain;
    const room = wholeLines(typeof scratch === "number" ? scratch : scratch(Math.min(n, step)));
    memory.borrow(room * Math.max(most, 1), (pointer) => {
      const parts: Part[] = [];
      for (let begin = 0; begin < n; begin += step) {
        parts.push(part(begin, Math.min(n, begin + step), pointer + parts.length * room));
      }
      team.run(kernel, parts, work);
    });
  };
}
