import { backend } from "../backend.ts";
import { record } from "../record.ts";
import type { Shape } from "../shape.ts";
import { checkTensor, emptyLike, type Tensor } from "../tensor.ts";
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
