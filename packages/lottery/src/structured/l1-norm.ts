import { eachPosition } from "@ltt/layers/units";
import type { Values } from "../pattern.ts";
import type { LeftUnits, UnitCriterion, UnitScores } from "./unit-criterion.ts";

/**
 * `Σ |w|` over the weights into a unit: a filter's kernel, a neuron's row, the rows of all gates of a hidden unit. Li
 * et al. (ICLR 2017, arXiv 1608.08710), §3.1.
 */
export const l1Norm: UnitCriterion = {
  name: "l1-norm",
  score: async ({ groups, weights, shapes }) => l1Norms(groups, await weights(), shapes),
};

/** The same of whole tensors at hand. */
export function l1Norms(
  groups: readonly LeftUnits[],
  weights: Values,
  shapes: ReadonlyMap<string, readonly number[]>,
): UnitScores {
  return new Map(
    groups.map(({ group, left }) => {
      const norms = Float64Array.from(left, (unit) => {
        let norm = 0;
        for (const part of group.weights)
          eachPosition(part, shapes.get(part.tensor)!, unit, (at) => {
            norm += Math.abs(weights.get(part.tensor)![at]!);
          });
        return norm;
      });
      return [group.name, norms];
    }),
  );
}
