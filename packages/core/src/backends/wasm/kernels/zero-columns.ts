import type { Context } from "./context.ts";
import { createProduct, type Product } from "./one-product.ts";

/** Multiplications from which it is worth looking for columns of zeros. */
const WORTH = 500_000;
/** Up to this share of the groups of four columns, leaving out the others is faster. */
const MOST = 0.85;
/** Multiplications that take as long as a value that is copied. */
const COPIED = 3;
/** Room for a flag. */
const FLAG = 16;

/**
 * A product without the columns of its input that are 0 in every row, as those of pixels at the border are: of a layer's `x·wᵀ`, and of its gradient `dyᵀ·x`. With the same bits:
 *
 * - A term 0·w, w finite, is ±0. Sums begin at +0, and adding ±0 changes only −0, to which a sum comes by an underflow of fused terms. So if a weight that is left out is
 *   not finite, or a result is −0, the product is computed whole.
 * - Gradients of columns of zeros are sums of ±0 from +0, which are +0, if dy is finite.
 */
export function createZeroSkippingProduct(context: Context): (product: Product) => void {
  const { exports, memory, parallelFor } = context;
  const multiply = createProduct(context);

  /** Runs `body` with the groups of columns that x has, if they are few enough. */
  const sort = (
    x: { readonly pointer: number; readonly row: number; readonly rows: number; readonly columns: number },
    whole: () => void,
    body: (order: number, count: number, groups: number, flag: number) => void,
  ): void => {
    const groups = x.columns / 4;
    memory.borrow(FLAG + groups * 4, (flag) => {
      const order = flag + FLAG;
      const count = exports.sortGroups(x.pointer, x.row, x.rows, groups, Math.floor(MOST * groups), order);
      if (count === groups) return whole();
      exports.fill(0, flag, FLAG);
      body(order, count, groups, flag);
    });
  };

  const gather = (
    from: number,
    row: number,
    rows: number,
    order: number,
    count: number,
    groups: number,
    to: number,
    flag: number,
  ) =>
    parallelFor("gatherGroups", { n: rows, work: rows * groups * 4 * COPIED, grain: 4 }, (begin, end) => [
      ...([from + begin * row, row, end - begin, order, count, groups] as const),
      ...([to + begin * count * 16, flag] as const),
    ]);

  /** x[m,k] · w[n,k]ᵀ */
  const forward = (product: Product): void => {
    const { a, aRow, b, bRow, out, m, k, n } = product;
    const whole = () => multiply(product);
    sort({ pointer: a, row: aRow, rows: m, columns: k }, whole, (order, count, groups, flag) => {
      const row = count * 16;
      memory.borrow((m + n) * row, (x) => {
        const w = x + m * row;
        gather(a, aRow, m, order, count, groups, x, flag);
        gather(b, bRow, n, order, count, groups, w, flag);
        multiply({ ...product, a: x, aRow: row, b: w, bRow: row, k: count * 4 });
      });
      if (exports.isFlagged(flag, out, m * n) !== 0) whole();
    });
  };

  /** dy[k,m]ᵀ · x[k,n] */
  const backward = (product: Product): void => {
    const { a, b, bRow, out, outRow, m, k, n } = product;
    const whole = () => multiply(product);
    sort({ pointer: b, row: bRow, rows: k, columns: n }, whole, (order, count, groups, flag) => {
      if (exports.allFinite(a, k * m) === 0) return whole();
      const row = count * 16;
      memory.borrow((k + m) * row, (x) => {
        const some = x + k * row;
        gather(b, bRow, k, order, count, groups, x, flag);
        multiply({ ...product, b: x, bRow: row, out: some, outRow: row, n: count * 4 });
        parallelFor("scatterGroups", { n: m, work: m * n * COPIED, grain: 4 }, (begin, end) => [
          ...([some + begin * row, end - begin, order, count, groups] as const),
          ...([out + begin * outRow, outRow] as const),
        ]);
      });
    });
  };

  return (product) => {
    const { aRow, transposeA, transposeB, outRow, m, k, n } = product;
    if (m * k * n < WORTH) multiply(product);
    else if (!transposeA && transposeB && k % 4 === 0 && outRow === n * 4 && (m * n) % 4 === 0) forward(product);
    else if (transposeA && !transposeB && n % 4 === 0 && aRow === m * 4) backward(product);
    else multiply(product);
  };
}
