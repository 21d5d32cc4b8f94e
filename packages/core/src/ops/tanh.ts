import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { Shape } from "../tensor/shape.ts";
import { checkTensor, emptyLike, type Tensor } from "../tensor/tensor.ts";
import { mul } from "./mul.ts";
import { square } from "./square.ts";
import { sub } from "./sub.ts";

/**
 * `y = tanh x` element by element, within 4 ulp.
 */
export function tanh<S extends Shape>(x: Tensor<S>): Tensor<S> {
  checkTensor("tanh", "x", x);
  const y = emptyLike(x);
  backend().kernels.tanh(x.storage, y.storage);
  return record("tanh", y, [x], (dy) => [() => mul(dy, sub(1, square(y)))]);
}
