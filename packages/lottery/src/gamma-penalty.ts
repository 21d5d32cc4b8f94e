import { type Model, type Optimiser, parametersOf, trainable, type UnitModel, unitsOf } from "@ltt/layers";
import { L1Penalty } from "./l1-penalty.ts";

/** The names of the γ by which units of a network may be removed: those of the batch normalisations behind them. */
export function gammasOf<Input>(model: Model<Input>): string[] {
  return unitsOf(model as Model<Input> & UnitModel).flatMap(({ norm }) => (norm === undefined ? [] : [norm.gamma]));
}

/**
 * An optimiser of the loss and `λ · Σ|γ|`, γ those of `gammasOf`: the sparsity-induced penalty of network slimming (Liu et al., ICCV 2017,
 * arXiv 1708.06519), §3, eq. 1, by its subgradient as there.
 *
 * @param strength - λ; 0 is none.
 * @throws {RangeError} if the network has no batch normalisation behind units.
 */
export function withGammaPenalty<Input>(optimiser: Optimiser, model: Model<Input>, strength: number): Optimiser {
  if (strength === 0) return optimiser;
  const names = gammasOf(model);
  if (names.length === 0)
    throw new RangeError(`gammaPenalty is ${strength}, but no unit of the network has batch normalisation behind it`);
  const weights = parametersOf(model);
  return new L1Penalty(optimiser, strength, new Set(names.flatMap((name) => trainable([weights.get(name)!]))));
}
