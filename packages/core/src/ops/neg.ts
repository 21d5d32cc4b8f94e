import type { Shape } from "../tensor/shape.ts";
import { checkTensor, type Tensor } from "../tensor/tensor.ts";
import { mul } from "./mul.ts";

/** `y = −x` element by element. */
export function neg<S extends Shape>(x: Tensor<S>): Tensor<S> {
  checkTensor("neg", "x", x);
  return mul(x, -1) as Tensor<S>;
}
