import { flag } from "../arguments/kinds.ts";
import { checkOptions, type Kinds } from "../arguments/options.ts";
import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import { checkWeight, dense, type Weight, type WeightCube, type WeightMatrix } from "../sparse/sparse.ts";
import { operandOf, type WeightOperand } from "../sparse/weight-operand.ts";
import { type Shape, ShapeError, show } from "../tensor/shape.ts";
import { type Cube, empty, type Matrix, type Tensor } from "../tensor/tensor.ts";

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
  const weight = b.shape.length === 2 && options.transposeA !== true ? operandOf(b) : operandOf(dense(b));
  return product(dense(a), weight, options);
}

const OPTIONS: Kinds<MatmulOptions> = { transposeA: flag, transposeB: flag };

/** @param weight - That whose gradient this is, so that the result is of its kind. Default: the result is a tensor of its own. */
function product(
  a: Tensor,
  b: WeightOperand,
  { transposeA = false, transposeB = false }: MatmulOptions,
  weight?: WeightOperand,
): Tensor {
  const { batch, m, k, n } = sizesOf(a, b, { transposeA, transposeB });
  const y = weight?.emptyLike() ?? operandOf(empty<Shape>(a.shape.length === 3 ? [batch, m, n] : [m, n]));
  backend().kernels.matmul(a.storage, b.storage, y.storage, { batch, m, k, n, transposeA, transposeB });

  return record("matmul", y.trained, [a, b.trained], (dy) => [
    () =>
      // [m,n] · [n,k] → [m,k], or its transpose
      transposeA
        ? product(b.trained, y.withValues(dy), { transposeA: transposeB, transposeB: true })
        : product(dy, b, { transposeB: !transposeB }),
    () =>
      // [k,m] · [m,n] → [k,n], or its transpose
      transposeB
        ? product(dy, operandOf(a), { transposeA: true, transposeB: transposeA }, b)
        : product(a, y.withValues(dy), { transposeA: !transposeA }, b),
  ]);
}

function sizesOf(
  a: { readonly shape: Shape },
  b: { readonly shape: Shape },
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

function last({ shape }: { readonly shape: Shape }, transposed: boolean): [number, number] {
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
  return transposed ? [columns, rows] : [rows, columns];
}
