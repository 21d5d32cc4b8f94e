import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import { checkWeight, dense, type WeightMatrix, type WeightVector } from "../sparse/sparse.ts";
import { operandOf } from "../sparse/weight-operand.ts";
import { borrow } from "../tensor/scope.ts";
import { checkRank, type Shape, ShapeError, type Sizes, show } from "../tensor/shape.ts";
import { checkTensor, empty, type Tensor } from "../tensor/tensor.ts";
import { product } from "./product.ts";
import { reshape } from "./reshape.ts";
import { sumTo } from "./sum.ts";

/**
 * `y = x·weightᵀ + bias`, as `torch.nn.functional.linear`: `[…, inputs] · [outputs, inputs]ᵀ + [outputs] → […, outputs]`, the
 * bits of `add(matmul(x, weight, { transposeB: true }), bias)` with one tensor less. Elements that a sparse weight does not store are not
 * computed with.
 *
 * @throws {ShapeError} if `x` has no axis, the weight is no matrix, the bias no vector, or their sizes differ.
 */
export function linear<S extends Shape>(x: Tensor<S>, weight: WeightMatrix, bias?: WeightVector): Tensor<Sizes<S>> {
  checkTensor("linear", "x", x);
  checkWeight("linear", "weight", weight);
  checkRank("linear", "weight", weight.shape, 2);
  const [outputs, inputs] = weight.shape;
  if (x.shape.length === 0 || x.shape.at(-1) !== inputs) {
    throw new ShapeError(
      `linear: ${show(x)} × ${show(weight)}ᵀ: the last axis of x has the ${inputs} inputs of the weight`,
    );
  }
  if (bias !== undefined) {
    checkWeight("linear", "bias", bias);
    if (bias.shape.length !== 1 || bias.shape[0] !== outputs) {
      throw new ShapeError(
        `linear: the bias is ${show(bias)}; it has the ${outputs} outputs of the weight ${show(weight)}`,
      );
    }
  }
  if (x.shape.length === 2) return ofRows(x, weight, bias) as Tensor<Sizes<S>>;
  const leading = x.shape.slice(0, -1);
  const rows = leading.reduce((product, size) => product * size, 1);
  return reshape(ofRows(reshape(x, [rows, inputs]), weight, bias), [...leading, outputs]) as Tensor<Sizes<S>>;
}

function ofRows(x: Tensor, weight: WeightMatrix, bias: WeightVector | undefined): Tensor {
  const b = operandOf(weight);
  if (bias === undefined) return product(x, b, { transposeB: true });
  const c = dense(bias);
  const [m, k, n] = [x.shape[0]!, x.shape[1]!, c.size];
  const y = empty<Shape>([m, n]);
  const { kernels } = backend();
  borrow(y.size, (products) => {
    kernels.matmul(x.storage, b.storage, products, { batch: 1, m, k, n, transposeA: false, transposeB: true });
    kernels.add(products, c.storage, y.storage, { shape: [m, n], a: [n, 1], b: [0, 1] });
  });
  return record("linear", y, [x, b.trained, c], (dy) => [
    () => product(dy, b, {}),
    () => product(dy, operandOf(x), { transposeA: true }, b),
    () => sumTo(dy, c.shape),
  ]);
}
