import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { Shape } from "../tensor/shape.ts";
import { checkTensor, emptyLike, type Tensor } from "../tensor/tensor.ts";
import { reluGradient } from "./relu-gradient.ts";

/**
 * `y = max(x, 0)` element by element. The gradient at 0 is 0, also of what is infinite there; NaN stays NaN.
 */
export function relu<S extends Shape>(x: Tensor<S>): Tensor<S> {
  checkTensor("relu", "x", x);
  const y = emptyLike(x);
  backend().kernels.relu(x.storage, y.storage);
  return record("relu", y, [x], (dy) => [() => reluGradient(dy, y)]);
}
