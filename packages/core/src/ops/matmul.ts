import { flag } from "../arguments/kinds.ts";
import { checkOptions, type Kinds } from "../arguments/options.ts";
import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import { checkWeight, dense, type Weight, type WeightCube, type WeightMatrix } from "../sparse/sparse.ts";
import { operandOf, type WeightOperand } from "../sparse/weight-operand.ts";
import { broadcastShape, type Shape, ShapeError, sameShape, show, sizeOf } from "../tensor/shape.ts";
import { type Cube, empty, type Matrix, type Tensor } from "../tensor/tensor.ts";
import { reshape } from "./reshape.ts";
import { broadcastTo } from "./sum.ts";

export interface MatmulOptions {
  /** `a` is stored `[…, k, m]`. Default false. */
  readonly transposeA?: boolean;
  /** `b` is stored `[…, n, k]`, as PyTorch stores the weights of linear layers. Default false. */
  readonly transposeB?: boolean;
}

/**
 * Matrix product `y = a·b`: `[m,k] · [k,n] → [m,n]`, or one product for each of a batch, `[…,m,k] · […,k,n] → […,m,n]`,
 * whose leading axes broadcast as in NumPy. Either operand may be stored transposed; nothing is copied then, but what
 * is broadcast: a matrix `b` for all of a batch is not. Elements that a sparse matrix `b` does not store are not
 * computed with.
 *
 * @throws {ShapeError} if an operand has fewer than two axes, the inner dimensions differ, or the leading axes do not broadcast.
 */
export function matmul(a: WeightMatrix, b: WeightMatrix, options?: MatmulOptions): Matrix;
export function matmul(a: WeightCube, b: WeightCube | WeightMatrix, options?: MatmulOptions): Cube;
export function matmul<S extends AtLeast2>(
  a: Weight<S>,
  b: Weight<S> | WeightMatrix,
  options?: MatmulOptions,
): Tensor<S>;
export function matmul<S extends AtLeast2>(a: WeightMatrix, b: Weight<S>, options?: MatmulOptions): Tensor<S>;
export function matmul(a: Weight, b: Weight, options: MatmulOptions = {}): Tensor {
  checkWeight("matmul", "a", a);
  checkWeight("matmul", "b", b);
  checkOptions("matmul", options, OPTIONS);
  const isBatched = a.shape.length > 2 || b.shape.length > 2;
  if (isBatched && !(a.shape.length === 3 && sameShape(leading(a), leading(b)))) return broadcast(a, b, options);
  const weight = b.shape.length === 2 && options.transposeA !== true ? operandOf(b) : operandOf(dense(b));
  return product(dense(a), weight, options);
}

type AtLeast2 = readonly [number, number, ...(readonly number[])];

const OPTIONS: Kinds<MatmulOptions> = { transposeA: flag, transposeB: flag };

function leading({ shape }: { readonly shape: Shape }): Shape {
  return shape.slice(0, -2);
}

/** Batches of any rank: seen as one axis, or, where `b` is one matrix for all of them, as more rows of `a`. */
function broadcast(a: Weight, b: Weight, options: MatmulOptions): Tensor {
  const { m, n } = sizesOf(a, b, options);
  const batch = broadcastShape("matmul", leading(a), leading(b));
  if (b.shape.length === 2 && options.transposeA !== true) {
    const rows = reshape(dense(a), [sizeOf(batch) * m, a.shape.at(-1)!]);
    return reshape(product(rows, operandOf(b), options), [...batch, m, n]);
  }
  const asCube = (x: Weight) => {
    const matrix = x.shape.slice(-2);
    return reshape(broadcastTo(dense(x), [...batch, ...matrix]), [sizeOf(batch), ...matrix]);
  };
  return reshape(product(asCube(a), operandOf(asCube(b)), options), [...batch, m, n]);
}

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
  if (a.shape.length < 2 || b.shape.length < 2)
    throw new ShapeError(`${names()}: takes matrices, or batches of matrices`);
  const [m, k] = last(a, transposeA);
  const [inner, n] = last(b, transposeB);
  if (k !== inner) throw new ShapeError(`${names()}: inner dimensions ${k} and ${inner} differ`);
  return { batch: a.shape.length === 2 ? 1 : sizeOf(leading(a)), m, k, n };
}

function last({ shape }: { readonly shape: Shape }, transposed: boolean): [number, number] {
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
  return transposed ? [columns, rows] : [rows, columns];
}
