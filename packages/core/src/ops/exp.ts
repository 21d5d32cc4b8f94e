import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { Shape } from "../tensor/shape.ts";
import { checkTensor, emptyLike, type Tensor } from "../tensor/tensor.ts";
import { mul } from "./mul.ts";

/**
 * `y = eˣ` element by element, within 2 ulp; results below 2⁻¹²⁶ are 0.
 */
export function exp<S extends Shape>(x: Tensor<S>): Tensor<S> {
  checkTensor("exp", "x", x);
  const y = emptyLike(x);
  backend().kernels.exp(x.storage, y.storage);
  return record("exp", y, [x], (dy) => [() => mul(dy, y)]);
}
