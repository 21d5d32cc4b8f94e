import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { pairwise } from "./pairwise.ts";
import { sumTo } from "./sum.ts";

/**
 * `x` where the mask is not 0, else −0, which added to anything leaves it as it is. Unlike a product, it keeps infinity
 * and NaN out. The mask has no gradient.
 */
export function select(mask: Tensor, x: Tensor): Tensor {
  const y = pairwise("select", mask, x, (p, q, out, walk) => backend().kernels.select(p, q, out, walk));
  return record("select", y, [x], (dy) => [() => sumTo(select(mask, dy), x.shape)]);
}
