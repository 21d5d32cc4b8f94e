import { backend } from "../backends/backend.ts";
import { stridesOf } from "../tensor/shape.ts";
import { emptyLike, type Tensor } from "../tensor/tensor.ts";
import { record } from "./record.ts";

/**
 * `a + b`, the gradients that reach a tensor by two paths, of one shape: `add` without broadcasting, so that
 * `gradients` needs no operation.
 */
export function sumOfPaths(a: Tensor, b: Tensor): Tensor {
  const y = emptyLike(a);
  const strides = stridesOf(a.shape);
  backend().kernels.add(a.storage, b.storage, y.storage, { shape: a.shape, a: strides, b: strides });
  return record("add", y, [a, b], (dy) => [() => dy, () => dy]);
}
