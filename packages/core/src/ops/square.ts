import type { Shape } from "../tensor/shape.ts";
import { checkTensor, type Tensor } from "../tensor/tensor.ts";
import { mul } from "./mul.ts";

/** `y = x²` element by element. */
export function square<S extends Shape>(x: Tensor<S>): Tensor<S> {
  checkTensor("square", "x", x);
  return mul(x, x) as Tensor<S>;
}
