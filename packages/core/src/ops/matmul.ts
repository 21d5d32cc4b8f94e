import { flag } from "../arguments/kinds.ts";
import { checkOptions, type Kinds } from "../arguments/options.ts";
import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { Pattern } from "../sparse/pattern.ts";
import { checkWeight, dense, Sparse, type Weight, type WeightCube, type WeightMatrix } from "../sparse/sparse.ts";
import { ShapeError, show } from "../tensor/shape.ts";
import { type Cube, empty, type Matrix, type Tensor } from "../tensor/tensor.ts";
import { sparseProduct } from "./sparse-product.ts";

export interface MatmulOptions {
  /** `a` is stored `[…, k, m]`. Default false. */
  readonly transposeA?: boolean;
  /** `b` is stored `[…, n, k]`, as PyTorch stores the weights of linear layers. Default false. */
  readonly transposeB?: boolean;
}

/**
 * Matrix product `y = a·b`: `[m,k] · [k,n] → [m,n]`, or one product for each of a batch: `[batch,m,k] · [batch,k,n] →
 * [batch,m,n]`. Either operand may be stored transposed; nothing is copied then. Elements that a sparse matrix `b` does not store are not computed with.
 *
 * @throws {ShapeError} if the inner dimensions differ, or the batches do.
 */
export function matmul(a: WeightMatrix, b: WeightMatrix, options?: MatmulOptions): Matrix;
export function matmul(a: WeightCube, b: WeightCube, options?: MatmulOptions): Cube;
export function matmul(a: Weight, b: Weight, options: MatmulOptions = {}): Tensor {
  checkWeight("matmul", "a", a);
  checkWeight("matmul", "b", b);
  checkOptions("matmul", options, OPTIONS);
  if (
    !(b instanceof Sparse) ||
    b.shape.length !== 2 ||
    options.transposeA === true ||
    backend().kernels.sparse === undefined
  ) {
    return product(dense(a), dense(b), options);
  }
  const { m, k, n } = sizesOf(a, b, options);
  return sparseProduct(dense(a), b, [m, n], {
    size: { batch: 1, time: m, channels: k, width: 1, filters: n },
    forward: options.transposeB ? rows : columns,
    backward: options.transposeB ? columns : rows,
  });
}

const rows = (pattern: Pattern) => pattern.byRows();
const columns = (pattern: Pattern) => pattern.byColumns();

const OPTIONS: Kinds<MatmulOptions> = { transposeA: flag, transposeB: flag };

function product(a: Tensor, b: Tensor, { transposeA = false, transposeB = false }: MatmulOptions): Tensor {
  const { batch, m, k, n } = sizesOf(a, b, { transposeA, transposeB });
  const y = empty(a.shape.length === 3 ? [batch, m, n] : [m, n]);
  backend().kernels.matmul(a.storage, b.storage, y.storage, { batch, m, k, n, transposeA, transposeB });

  return record("matmul", y, [a, b], (dy) => [
    () =>
      // [m,n] · [n,k] → [m,k], or its transpose
      transposeA
        ? product(b, dy, { transposeA: transposeB, transposeB: true })
        : product(dy, b, { transposeB: !transposeB }),
    () =>
      // [k,m] · [m,n] → [k,n], or its transpose
      transposeB
        ? product(dy, a, { transposeA: true, transposeB: transposeA })
        : product(a, dy, { transposeA: !transposeA }),
  ]);
}

function sizesOf(
  a: Weight,
  b: Weight,
  { transposeA = false, transposeB = false }: MatmulOptions,
): { batch: number; m: number; k: number; n: number } {
  const names = () => `matmul: ${show(a)}${transposeA ? "ᵀ" : ""} × ${show(b)}${transposeB ? "ᵀ" : ""}`;
  const rank = a.shape.length;
  if (rank !== b.shape.length || (rank !== 2 && rank !== 3)) {
    throw new ShapeError(`${names()}: takes two matrices, or two batches of matrices`);
  }
  const [m, k] = last(a, transposeA);
  const [inner, n] = last(b, transposeB);
  if (k !== inner) throw new ShapeError(`${names()}: inner dimensions ${k} and ${inner} differ`);
  if (rank === 3 && a.shape[0] !== b.shape[0]) {
    throw new ShapeError(`${names()}: batches of ${a.shape[0]} and ${b.shape[0]} differ`);
  }
  return { batch: rank === 3 ? a.shape[0]! : 1, m, k, n };
}

function last({ shape }: Weight, transposed: boolean): [number, number] {
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
  return transposed ? [columns, rows] : [rows, columns];
}
