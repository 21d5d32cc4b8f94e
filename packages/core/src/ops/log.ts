import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { Shape } from "../tensor/shape.ts";
import { checkTensor, emptyLike, type Tensor } from "../tensor/tensor.ts";
import { div } from "./div.ts";

/**
 * `y = ln x` element by element, within 2 ulp: −∞ at 0, NaN below.
 */
export function log<S extends Shape>(x: Tensor<S>): Tensor<S> {
  checkTensor("log", "x", x);
  const y = emptyLike(x);
  backend().kernels.log(x.storage, y.storage);
  return record("log", y, [x], (dy) => [() => div(dy, x)]);
}
