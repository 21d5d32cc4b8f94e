import { flag } from "../arguments/kinds.ts";
import { checkOptions, type Kinds } from "../arguments/options.ts";
import { checkWeight, dense, type Weight, type WeightCube, type WeightMatrix } from "../sparse/sparse.ts";
import { operandOf } from "../sparse/weight-operand.ts";
import { broadcastShape, sameShape, sizeOf } from "../tensor/shape.ts";
import type { Cube, Matrix, Tensor } from "../tensor/tensor.ts";
import { leading, type MatmulOptions, product, sizesOf } from "./product.ts";
import { reshape } from "./reshape.ts";
import { broadcastTo } from "./sum.ts";

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
