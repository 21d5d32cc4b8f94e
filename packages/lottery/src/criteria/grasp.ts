import type { Criterion, Evidence } from "../criterion.ts";
import { elementwise } from "../elementwise.ts";
import type { Values } from "../pattern.ts";
import { sparingVectors } from "./sparing-vectors.ts";

/** Logits are divided by it. */
const TEMPERATURE = 200;

/** The length of the step by which the curvature is measured, of the weights' own length. */
const STEP = 2 ** -7;

/**
 * `w ⊙ Hg`: the weights whose removal lets the norm of the gradient grow most, or shrink least, go. GraSP (Wang et al., ICLR 2020, arXiv 2002.07376), eq. 8, on logits
 * divided by 200, of gradients over a whole epoch. Vectors are spared.
 *
 * `Hg ≈ (∇L(w + εg) − ∇L(w − εg)) / 2ε` with `ε|g| = |w| / 128`: a central difference, exact where the loss is quadratic; so it needs no second derivative of any layer.
 */
export const grasp: Criterion = {
  name: "grasp",
  version: 1,
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
  const at = (values: Values) => gradient("epoch", { at: values, temperature: TEMPERATURE });
  const slope = await at(weights);
  const epsilon = (STEP * norm(weights)) / norm(slope);
  if (!(epsilon < Infinity)) return elementwise(() => 0, weights); // no gradient, or no weights
  const moved = (by: number) => at(elementwise((w, g) => w + by * g, weights, slope));
  return elementwise((up, down) => (up - down) / (2 * epsilon), await moved(epsilon), await moved(-epsilon));
}

function norm(values: Values): number {
  let sum = 0;
  for (const each of values.values()) for (const value of each) sum += value * value;
  return Math.sqrt(sum);
}
