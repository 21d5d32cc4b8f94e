import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { Shape } from "../tensor/shape.ts";
import { checkTensor, emptyLike, type Tensor } from "../tensor/tensor.ts";
import { div } from "./div.ts";
import { mul } from "./mul.ts";

/**
 * `y = √x` element by element, correctly rounded; NaN below 0. The gradient at 0 is infinite, as in PyTorch.
 */
export function sqrt<S extends Shape>(x: Tensor<S>): Tensor<S> {
  checkTensor("sqrt", "x", x);
  const y = emptyLike(x);
  backend().kernels.sqrt(x.storage, y.storage);
  return record("sqrt", y, [x], (dy) => [() => div(dy, mul(y, 2))]);
}
