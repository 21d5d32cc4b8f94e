import { backend } from "../backends/backend.ts";
import type { Shape } from "../tensor/shape.ts";
import { emptyLike, type Tensor } from "../tensor/tensor.ts";

/** 1 where x > 0, else 0: the derivative of relu. Constant almost everywhere, so nothing is recorded. */
export function reluGradient<S extends Shape>(x: Tensor<S>): Tensor<S> {
  const y = emptyLike(x);
  backend().kernels.reluGradient(x.storage, y.storage);
  return y;
}
