import type { LevelVerdict } from "@ltt/lottery";

/** Where an arm matches the dense network, of the sparsities that were judged. */
export interface MatchedSparsities {
  /** From dense to sparse. */
  readonly sparsities: readonly number[];
  /** How many were judged. */
  readonly judged: number;
  /** Whether every denser sparsity is among them too: only then do they reach “up to” the sparsest. */
  readonly isUnbroken: boolean;
  /** Whether they are few enough to be named one by one. */
  readonly areFew: boolean;
}

const MOST_NAMED = 5;

/** Where levels of one arm match the dense network. */
export function matchedSparsities(levels: readonly LevelVerdict[]): MatchedSparsities {
  const bySparsity = levels.toSorted((a, b) => a.sparsity - b.sparsity);
  const matching = bySparsity.filter(matches);
  return {
    sparsities: matching.map(({ sparsity }) => sparsity),
    judged: levels.length,
    isUnbroken: bySparsity.slice(0, matching.length).every(matches),
    areFew: matching.length <= MOST_NAMED,
  };
}

function matches({ dense }: LevelVerdict): boolean {
  return dense.standing === "supported";
}
