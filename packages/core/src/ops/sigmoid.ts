import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { Shape } from "../tensor/shape.ts";
import { checkTensor, emptyLike, type Tensor } from "../tensor/tensor.ts";
import { mul } from "./mul.ts";
import { sub } from "./sub.ts";

/**
 * `y = 1 / (1 + e⁻ˣ)` element by element, without overflow at either end.
 */
export function sigmoid<S extends Shape>(x: Tensor<S>): Tensor<S> {
  checkTensor("sigmoid", "x", x);
  const y = emptyLike(x);
  backend().kernels.sigmoid(x.storage, y.storage);
  return record("sigmoid", y, [x], (dy) => [() => mul(dy, mul(y, sub(1, y)))]);
}
