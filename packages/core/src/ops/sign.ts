import { backend } from "../backends/backend.ts";
import type { Shape } from "../tensor/shape.ts";
import { checkTensor, emptyLike, type Tensor } from "../tensor/tensor.ts";

/** −1, 0 or 1 as x is below, at or above 0. Constant almost everywhere, so its gradient is 0: nothing is recorded. */
export function sign<S extends Shape>(x: Tensor<S>): Tensor<S> {
  checkTensor("sign", "x", x);
  const y = emptyLike(x);
  backend().kernels.sign(x.storage, y.storage);
  return y;
}
