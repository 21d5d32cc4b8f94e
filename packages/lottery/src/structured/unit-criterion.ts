import type { Rng } from "@ltt/core";
import type { UnitGroup } from "@ltt/layers";
import type { Pattern, Values } from "../pattern.ts";

/** Units of a group that are left, ascending. */
export interface LeftUnits {
  readonly group: UnitGroup;
  readonly left: readonly number[];
}

/** A score for each unit that is left, in its order, by group. */
export type UnitScores = ReadonlyMap<string, Float64Array>;

/** What is known of a network when units are removed from it. */
interface UnitEvidence {
  readonly groups: readonly LeftUnits[];
  /** What is left of each tensor, and may go. */
  readonly mask: Pattern;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Whole tensors; what has been pruned is 0. */
  weights(): Promise<Values>;
  /** A stream of this cut alone. */
  readonly rng: Rng;
  /** What units give, each to the sums of the layers that read them: see `Contributions`. */
  contributions(samples: ContributionSamples): Promise<Contributions>;
}

export interface ContributionSamples {
  /** Training examples, from the first of the first epoch on. */
  readonly examples: number;
  /** Sums of the next layer of each example: an output, and of images a pixel, of texts a token, drawn at random. */
  readonly each: number;
  readonly rng: Rng;
}

/**
 * `x̂[u, s] = Σ w · x`, the part that unit u has in the sum s of the layer that reads it, before its bias: by group a
 * row of samples for each unit that is left, one after the other.
 */
export type Contributions = ReadonlyMap<string, { readonly samples: number; readonly values: Float64Array }>;

/** Scores whole units; the lowest go. */
export interface UnitCriterion {
  /** What nodes name it by. */
  readonly name: string;
  readonly score: (evidence: UnitEvidence) => Promise<UnitScores>;
}
