import { type Rng, type Shape, type Sizes, type Tensor, tensor } from "@ltt/core";

/** Initial values for a weight of that shape, row-major: a function of the stream alone. */
export type Initialiser = (shape: Shape, rng: Rng) => Float32Array;

/** A tensor with initial values, trainable unless it is frozen. */
export function parameter<const S extends Shape>(
  shape: S,
  initialiser: Initialiser,
  rng: Rng,
  { frozen = false }: { frozen?: boolean } = {},
): Tensor<Sizes<S>> {
  return tensor(initialiser(shape, rng), shape, { requiresGrad: !frozen });
}
