import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { pairwise } from "./pairwise.ts";

/** `dx` = 0 where y ≤ 0, else dy, where y = relu(x). It is constant in y almost everywhere, so only what follows from dy is recorded. */
export function reluGradient<S extends Shape>(dy: Tensor<S>, y: Tensor<S>): Tensor<S> {
  const dx = pairwise("relu", dy, y, (a, b, out, walk) => backend().kernels.reluGradient(a, b, out, walk)) as Tensor<S>;
  return record("relu", dx, [dy], (d) => [() => reluGradient(d as Tensor<S>, y)]);
}
