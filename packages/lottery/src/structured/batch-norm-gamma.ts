import type { Values } from "../pattern.ts";
import type { LeftUnits, UnitCriterion, UnitScores } from "./unit-criterion.ts";

/**
 * `|γ|` of the batch normalisation behind a channel. Network slimming (Liu et al., ICCV 2017, arXiv 1708.06519), §3. It is worth most after a training with their penalty on γ, as the arm `slimming` has it (`withGammaPenalty`).
 *
 * @throws {RangeError} if a group of units has no batch normalisation behind it.
 */
export const batchNormGamma: UnitCriterion = {
  name: "batch-norm-gamma",
  score: async ({ groups, weights }) => gammas(groups, await weights()),
};

/** The same of whole tensors at hand. */
export function gammas(groups: readonly LeftUnits[], weights: Values): UnitScores {
  return new Map(
    groups.map(({ group: { name, norm }, left }) => {
      if (norm === undefined)
        throw new RangeError(
          `criterion "batch-norm-gamma": there is no batch normalisation behind ${name}; it scores networks where there is one behind every layer`,
        );
      const gamma = weights.get(norm.gamma)!;
      return [name, Float64Array.from(left, (unit) => Math.abs(gamma[unit]!))];
    }),
  );
}
