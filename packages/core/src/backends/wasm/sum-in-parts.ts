import type { Kernels } from "../../kernels/kernels.ts";
import type { Context } from "./kernels/context.ts";
import { createFill } from "./kernels/fill.ts";
import type { Region } from "./memory.ts";

/** Lanes of `Kernels.sum`, and the terms that they add before a sum is split. */
const LANES = 8;
const BLOCK = 8192;

/** The sum of rows that come in parts. */
export type SumInParts = (
  /** The sum, of a whole number of vectors. */
  out: Region,
  /** Of all parts. */
  rows: number,
  /** Calls `add` with the next rows until there are no more: out is then what `sum` over all of them gives, bit for bit. */
  body: (add: (x: Region, rows: number) => void) => void,
) => void;

/** out[ids[i]] += rows[i] in the order of i; rows of `dim` values. Threads split these. */
export type AddRows = (rows: Region, ids: Region, out: Region, size: { count: number; dim: number }) => void;

export function createAddRows({ parallelFor }: Context): AddRows {
  return (rows, ids, out, { count, dim }) =>
    parallelFor("scatterRows", { n: dim, work: (count * dim) / 4, grain: 16 }, (begin, end) => {
      const [from, to] = [rows.pointer + begin * 4, out.pointer + begin * 4];
      return [from, ids.pointer, to, count, end - begin, -1, dim * 4];
    });
}

/** @param kernels - Those of the contract, on regions. */
export function createSumInParts(context: Context, { sum, add }: Pick<Kernels, "sum" | "add">): SumInParts {
  const { exports, memory } = context;
  const fill = createFill(context);
  const addRows = createAddRows(context);

  /** Row `first` becomes the sum of so many rows from it on, in halves of which the first is a power of two. */
  const join = (sums: Region, first: number, blocks: number, inner: number): void => {
    if (blocks === 1) return;
    const half = 2 ** (31 - Math.clz32(blocks - 1));
    join(sums, first, half, inner);
    join(sums, first + half, blocks - half, inner);
    const [to, other] = [sums.part(first * inner, inner), sums.part((first + half) * inner, inner)];
    add(to, other, to, { shape: [inner], a: [1], b: [1] });
  };

  return (out, rows, body) => {
    const inner = out.length;
    const blocks = Math.max(1, Math.ceil(rows / BLOCK));
    memory.lend(blocks * LANES * inner, (lanes) => {
      fill(0, lanes.pointer, lanes.bytes);
      let done = 0;
      body((x, some) => {
        memory.lend(some, (ids) => {
          memory.integers(ids).set(Int32Array.from({ length: some }, (_, i) => laneOf(done + i)));
          addRows(x, ids, lanes, { count: some, dim: inner });
        });
        done += some;
      });
      memory.lend(blocks * inner, (sums) => {
        sum(lanes, sums, { outer: blocks, axis: LANES, inner });
        join(sums, 0, blocks, inner);
        exports.copyRows(sums.pointer, 0, out.pointer, 0, 1, inner);
      });
    });
  };
}

/** The row of `[blocks, lanes, inner]` that term n is added to. */
function laneOf(n: number): number {
  return Math.floor(n / BLOCK) * LANES + (n % LANES);
}
