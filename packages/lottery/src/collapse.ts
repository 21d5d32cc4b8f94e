import { storedPositions, type Weight } from "@ltt/core";
import type { Collapse } from "./result.ts";
import { sampleVariance } from "./statistics.ts";
import type { Evaluated } from "./trained.ts";

/** One-sided 5 % of a normal distribution. */
const Z = 1.6448536269514722;

/**
 * Whether and how a network has collapsed. `constant`: it gives one answer to everything; `layer`: the same, and of some
 * matrix nothing is stored; `chance`: its accuracy is not better than that of the best constant answer, one-sided, at 5 %.
 */
export function collapseOf(
  { accuracy, measures }: Evaluated,
  chance: number,
  weights: ReadonlyMap<string, Weight>,
): Collapse | null {
  if (measures.constant) return [...weights.values()].some(isEmptyLayer) ? "layer" : "constant";
  const { scores, linearised } = measures;
  const variance = linearised === true ? varianceOf(scores) : chance * (1 - chance);
  return accuracy <= chance + Z * Math.sqrt(variance / scores.length) ? "chance" : null;
}

function isEmptyLayer(weight: Weight): boolean {
  return weight.shape.length > 1 && storedPositions(weight)?.length === 0;
}

function varianceOf(scores: Float32Array): number {
  return scores.length < 2 ? 0 : sampleVariance(Array.from(scores));
}
