import type { Criterion } from "../criterion.ts";
import { elementwise } from "../elementwise.ts";

/** `|wT|`: the smallest of the trained weights go. Frankle & Carbin 2019; “large final” of Zhou et al. 2019, table 1. */
export const magnitude: Criterion = {
  name: "magnitude",
  version: 1,
  score: async ({ trained }) => elementwise((t) => Math.abs(t), await trained()),
};
