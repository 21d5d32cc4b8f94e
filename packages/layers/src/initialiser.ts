import { type Rng, type Shape, type Sizes, type Tensor, tensor } from "@ltt/core";
import { callable, check, checkOptions, checkRng, checkShape, flag, floats } from "@ltt/core/arguments";

/** Initial values for a weight of that shape, row-major: a function of the stream alone. */
export type Initialiser = (shape: Shape, rng: Rng) => Float32Array;

/** A tensor with initial values, trainable unless it is frozen. */
export function parameter<const S extends Shape>(
  shape: S,
  initialiser: Initialiser,
  rng: Rng,
  options: { frozen?: boolean } = {},
): Tensor<Sizes<S>> {
  const { frozen = false } = checkOptions("parameter", options, { frozen: flag });
  checkShape("parameter", shape);
  check("parameter", "initialiser", initialiser, callable);
  checkRng("parameter", "rng", rng);
  const values = initialiser(shape, rng);
  check("parameter", "what the initialiser gave", values, floats);
  return tensor(values, shape, { requiresGrad: !frozen });
}
