import { check, probability } from "../arguments/kinds.ts";
import { backend } from "../backends/backend.ts";
import { checkRng, type Rng } from "../random/rng.ts";
import type { Shape } from "../tensor/shape.ts";
import { checkTensor, emptyLike, type Tensor } from "../tensor/tensor.ts";
import { mul } from "./mul.ts";

/**
 * Each element is dropped with probability `p`, and the others grow by `1 / (1 − p)`, so that the expectation stays: inverted dropout.
 *
 * @param p - In [0, 1). 0 changes nothing.
 * @param rng - Advanced by one fork. The elements' fates are a function of its key: the same on every backend.
 * @throws {RangeError} if p is not in [0, 1).
 * @see Srivastava et al., “Dropout”, JMLR 15, 2014, §10.
 */
export function dropout<S extends Shape>(x: Tensor<S>, p: number, rng: Rng): Tensor<S> {
  checkTensor("dropout", "x", x);
  check("dropout", "p", p, probability);
  checkRng("dropout", "rng", rng);
  if (p === 0) return x;
  const mask = emptyLike(x);
  backend().kernels.dropoutMask(rng.fork().key, mask.storage, { p });
  return mul(x, mask) as Tensor<S>;
}
