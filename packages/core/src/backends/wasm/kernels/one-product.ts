import type { Context } from "./context.ts";

/**
 * `out[m,n] = a·b`, pointers and sizes: `a` is stored `[k,m]` where `transposeA`, `b` is stored `[n,k]` where
 * `transposeB`; rows, as stored, are that many bytes apart.
 */
export interface Product {
  readonly a: number;
  readonly aRow: number;
  readonly transposeA: boolean;
  readonly b: number;
  readonly bRow: number;
  readonly transposeB: boolean;
  readonly out: number;
  readonly outRow: number;
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

/** Rows and columns of a tile of sums: parts begin on whole ones. */
export const ROWS = 6;
const COLUMNS = 16;
/** Multiplications that take as long as a value that is packed, or turned. */
const PACKED = 8;

/**
 * One matrix product. Threads share its rows or its columns. Its callers write one literal each, without spreads: V8 extends an object that was
 * spread slowly, which made a product of small matrices take 10 µs longer.
 */
export function createProduct({ exports, parallelFor, threads }: Context): (product: Product) => void {
  return ({ a, aRow, transposeA, b, bRow, transposeB, out, outRow, m, k, n }) => {
    const work = m * k * n;
    const [turnA, turnB] = [Number(transposeA), Number(transposeB)];
    if (sharesColumns({ m, n, turnsA: transposeA }, threads)) {
      const scratch = (some: number) => exports.productScratch(k, some, turnA);
      parallelFor("matmul", { n, work, grain: COLUMNS, scratch }, (begin, end, at) => {
        const from = b + begin * (transposeB ? bRow : 4);
        return [a, aRow, from, bRow, out + begin * 4, outRow, 1, m, k, end - begin, turnA, turnB, at];
      });
      return;
    }
    const scratch = exports.productScratch(k, n, turnA);
    parallelFor("matmul", { n: m, work, grain: ROWS, scratch }, (begin, end, at) => {
      const from = a + begin * (transposeA ? 4 : aRow);
      return [from, aRow, b, bRow, out + begin * outRow, outRow, 1, end - begin, k, n, turnA, turnB, at];
    });
  };
}

/**
 * Whether the slowest thread finishes sooner if threads split the columns of `out[m,n]` and not its rows. With rows
 * split, each thread packs all of `b`; with columns split, each transposes all of a transposed `a`; and tiles that do
 * not divide evenly leave one thread more work.
 */
export function sharesColumns({ m, n, turnsA }: { m: number; n: number; turnsA: boolean }, threads: number): boolean {
  const largest = (size: number, grain: number) => Math.min(size, Math.ceil(size / grain / threads) * grain);
  const time = (rows: number, columns: number) => rows * columns + PACKED * (columns + (turnsA ? rows : 0));
  return time(m, largest(n, COLUMNS)) < time(largest(m, ROWS), n);
}
