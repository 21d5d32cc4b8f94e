import type { Criterion } from "../criterion.ts";
import { elementwise } from "../elementwise.ts";
import type { Values } from "../pattern.ts";
import { sparingVectors } from "./sparing-vectors.ts";

const ROUNDS = 100;

/**
 * `|w| · ∂R/∂|w|`, `R` the sum of the outputs of the network with all weights positive, on an input of ones: how much flows through the weight. SynFlow (Tanaka et al.,
 * NeurIPS 2020, arXiv 2006.05467), algorithm 1. A cut that keeps the fraction d is made in 100 rounds, which keep `d^(k/100)`; it needs no data. Vectors are spared.
 *
 * @see Evidence.flow for networks that begin with an embedding, which is left out.
 */
export const synflow: Criterion = {
  name: "synflow",
  version: 1,
  score: async (evidence) => {
    const { trained, flow, pools } = evidence;
    const weights = elementwise(Math.abs, await trained());
    const isGone = elementwise(() => 0, weights);
    for (let round = 1; ; round++) {
      const left = elementwise((w, gone) => (gone === 1 ? 0 : w), weights, isGone);
      const scores = elementwise((w, g, gone) => (gone === 1 ? -1 : w * g), left, await flow(left), isGone);
      const spared = sparingVectors(scores, evidence);
      if (round === ROUNDS) return spared;
      for (const { tensors, rate } of pools) removeLowest(isGone, spared, tensors, 1 - (1 - rate) ** (round / ROUNDS));
    }
  },
};

/** Marks the fraction of the weights of some tensors with the lowest scores; of equal ones the first. */
function removeLowest(isGone: Values, scores: Values, tensors: readonly string[], fraction: number): void {
  const sorted = Float32Array.from(tensors.flatMap((name) => [...scores.get(name)!])).sort();
  const count = Math.round(fraction * sorted.length);
  if (count === 0) return;
  const limit = sorted[count - 1]!;
  let ties = count - sorted.indexOf(limit);
  for (const name of tensors) {
    for (const [i, score] of scores.get(name)!.entries()) {
      if (score < limit || (score === limit && ties-- > 0)) isGone.get(name)![i] = 1;
    }
  }
}
