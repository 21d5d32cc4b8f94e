import type { Context } from "./context.ts";

/** Multiplications that take as long as a value that is written. */
const WRITE = 1;

/** Fills `bytes` from `pointer` on, whole vectors, with one value. Threads split them. */
export type Fill = (value: number, pointer: number, bytes: number) => void;

export function createFill({ exports, parallelFor, worth }: Context): Fill {
  return (value, pointer, bytes) => {
    const work = (bytes / 4) * WRITE;
    if (work < 2 * worth) exports.fill(value, pointer, bytes);
    else {
      parallelFor("fill", { n: bytes, work, grain: 64 }, (begin, end) => [value, pointer + begin, end - begin]);
    }
  };
}
