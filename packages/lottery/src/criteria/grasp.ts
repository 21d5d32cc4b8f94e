import type { Criterion, Evidence } from "../criterion.ts";
import { elementwise } from "../elementwise.ts";
import type { Values } from "../pattern.ts";
import { sparingVectors } from "./sparing-vectors.ts";

/** Logits are divided by it. */
const TEMPERATURE = 200;

/** The length of the step by which the curvature is measured, of the length of that tensor which moves most. */
const STEP = 2 ** -7;

/**
 * `w ⊙ Hg`: the weights whose removal lets the norm of the gradient grow most, or shrink least, go. GraSP (Wang et al., ICLR 2020, arXiv
 * 2002.07376), eq. 8, on logits divided by 200, of gradients over a whole epoch, with batch normalisation by the statistics
 * of batches, as in training. Vectors are spared.
 *
 * `Hg ≈ (∇L(w + εg) − ∇L(w − εg)) / 2ε` with `ε|g| ≤ |w| / 128` in every tensor: a central difference, exact where the loss is quadratic;
 * so it needs no second derivative of any layer.
 */
export const grasp: Criterion = {
  name: "grasp",
  version: 3,
  score: async (evidence) => {
    const weights = await evidence.trained();
    return sparingVectors(
      elementwise((w, h) => w * h, weights, await curvature(weights, evidence)),
      evidence,
    );
  },
};

/** `Hg` at the weights. */
async function curvature(weights: Values, { gradient }: Evidence): Promise<Values> {
  const at = (values: Values) => gradient("epoch", { at: values, temperature: TEMPERATURE, batchStatistics: true });
  const slope = await at(weights);
  const relative = Array.from(weights, ([name, own]) => norm(own) / norm(slope.get(name)!));
  const epsilon = STEP * Math.min(...relative.filter((ratio) => ratio > 0)); // biases that start at 0 have no length
  if (!(epsilon < Infinity)) return elementwise(() => 0, weights); // no gradient, or no weights
  const moved = (by: number) => at(elementwise((w, g) => w + by * g, weights, slope));
  return elementwise((up, down) => (up - down) / (2 * epsilon), await moved(epsilon), await moved(-epsilon));
}

function norm(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}
