import {
  add,
  concat,
  div,
  full,
  gradientValues,
  max,
  neg,
  noGrad,
  relu,
  reshape,
  type Scalar,
  type Shape,
  scaleGradient,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  zeros,
} from "@ltt/core";
import { above0, check, checkTensors } from "@ltt/core/arguments";

/**
 * Gradients scaled together so that their common Euclidean norm is at most `maxNorm`:
 * `gᵢ · min(1, maxNorm / (norm + 1e-6))`, `norm = √Σᵢ‖gᵢ‖²`, as `torch.nn.utils.clip_grad_norm_`.
 *
 * The gradient of an embedding stays the rows that its batch has read. Nothing is read, so training does not wait for a device here. A norm
 * that is NaN makes every gradient NaN.
 *
 * @returns the clipped gradients, and the norm before clipping.
 * @throws {RangeError} if maxNorm is not above 0.
 */
export function clipByNorm(gradients: readonly Tensor[], maxNorm: number): { gradients: Tensor[]; norm: Scalar } {
  check("clipByNorm", "maxNorm", maxNorm, above0);
  checkTensors("clipByNorm", "gradients", gradients);
  return noGrad(() => {
    const squares = gradients.map((gradient) => sum(square(gradientValues(gradient))));
    const norm = sqrt(squares.reduce((total, each) => add(total, each), zeros([]) as Scalar));
    // max + relu(norm − max) is the larger of the two: below the limit the coefficient is exactly 1.
    const larger = add(relu(sub(add(norm, 1e-6), maxNorm)), maxNorm);
    const coefficient = div(full([], maxNorm), larger);
    return { gradients: gradients.map((gradient) => scaleGradient(gradient, coefficient)), norm };
  });
}

/**
 * Every element of every gradient held within ±`limit`, as `torch.nn.utils.clip_grad_value_`. NaN stays NaN.
 *
 * @returns the clipped gradients, and the norm before clipping.
 * @throws {RangeError} if the limit is not above 0.
 */
export function clipByValue(gradients: readonly Tensor[], limit: number): { gradients: Tensor[]; norm: Scalar } {
  check("clipByValue", "limit", limit, above0);
  checkTensors("clipByValue", "gradients", gradients);
  return noGrad(() => {
    const { norm } = clipByNorm(gradients, limit);
    // min(x, limit) = −max(−x, −limit)
    const clipped = gradients.map((gradient) => neg(atLeast(neg(atLeast(gradient, -limit)), -limit)));
    return { gradients: clipped, norm };
  });
}

function atLeast<S extends Shape>(x: Tensor<S>, low: number): Tensor<S> {
  if (x.size === 0) return x;
  const both = concat([full([1, x.size], low), reshape(x, [1, x.size])], { axis: 0 });
  return reshape(max(both, { axis: 0 }), x.shape) as Tensor<S>;
}
