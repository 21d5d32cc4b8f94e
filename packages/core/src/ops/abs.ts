import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { Shape } from "../tensor/shape.ts";
import { checkTensor, emptyLike, type Tensor } from "../tensor/tensor.ts";
import { mul } from "./mul.ts";
import { sign } from "./sign.ts";

/**
 * `y = |x|` element by element. The gradient at 0 is 0.
 */
export function abs<S extends Shape>(x: Tensor<S>): Tensor<S> {
  checkTensor("abs", "x", x);
  const y = emptyLike(x);
  backend().kernels.abs(x.storage, y.storage);
  return record("abs", y, [x], (dy) => [() => mul(dy, sign(x))]);
}
