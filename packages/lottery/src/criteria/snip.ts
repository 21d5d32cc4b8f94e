import type { Criterion } from "../criterion.ts";
import { elementwise } from "../elementwise.ts";
import { sparingVectors } from "./sparing-vectors.ts";

/**
 * `|w ⊙ ∂L/∂w|`: what the loss would change without the weight, to first order. SNIP (Lee et al., ICLR 2019, arXiv 1810.02340), eq. 4,
 * where weights are those at step 0; here the gradient is that of a whole epoch, since a word that is absent from a batch has none, and
 * batch normalisation takes the statistics of batches, as in training. Vectors are spared.
 */
export const snip: Criterion = {
  name: "snip",
  version: 3,
  score: async (evidence) => {
    const [weights, gradient] = [await evidence.trained(), await evidence.gradient("epoch", { batchStatistics: true })];
    return sparingVectors(
      elementwise((w, g) => Math.abs(w * g), weights, gradient),
      evidence,
    );
  },
};
