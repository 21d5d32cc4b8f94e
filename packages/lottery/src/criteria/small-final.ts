import type { Criterion } from "../criterion.ts";
import { elementwise } from "../elementwise.ts";

/** `−|wT|`: the largest of the trained weights go. “Small final” of Zhou et al. 2019, table 1: the opposite of `magnitude`. */
export const smallFinal: Criterion = {
  name: "small-final",
  version: 1,
  score: async ({ trained }) => elementwise((t) => -Math.abs(t), await trained()),
};
