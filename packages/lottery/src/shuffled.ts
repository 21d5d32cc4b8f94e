import type { Rng } from "@ltt/core";
import { checkRng } from "@ltt/core/arguments";
import { checkValues, type Values } from "./pattern.ts";

/** The same values, in another order within each tensor: `shuffle` of Zhou et al. 2019 (arXiv 1905.01067), §4.1. */
export function shuffled(values: Values, rng: Rng): Values {
  checkValues("shuffled", "values", values);
  checkRng("shuffled", "rng", rng);
  return new Map(
    Array.from(values, ([name, kept]) => {
      const order = rng.split(name).permutation(kept.length);
      return [name, kept.map((_, i) => kept[order[i]!]!)];
    }),
  );
}
