import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import { operandOf, type WeightOperand } from "../sparse/weight-operand.ts";
import { type Shape, ShapeError, show, sizeOf } from "../tensor/shape.ts";
import { empty, type Tensor } from "../tensor/tensor.ts";

export interface MatmulOptions {
  /** `a` is stored `[…, k, m]`. Default false. */
  readonly transposeA?: boolean;
  /** `b` is stored `[…, n, k]`, as PyTorch stores the weights of linear layers. Default false. */
  readonly transposeB?: boolean;
}

/**
 * The product of two matrices, or of those of two batches.
 *
 * @param weight - That whose gradient this is, so that the result is of its kind. Default: the result is a tensor of its own.
 */
export function product(
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

export function sizesOf(
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

export function leading({ shape }: { readonly shape: Shape }): Shape {
  return shape.slice(0, -2);
}

function last({ shape }: { readonly shape: Shape }, transposed: boolean): [number, number] {
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
  return transposed ? [columns, rows] : [rows, columns];
}
