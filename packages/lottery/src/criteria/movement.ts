import type { Criterion } from "../criterion.ts";
import { elementwise } from "../elementwise.ts";

/** `|wT − w0|`: the weights that training moved least go. “Movement” of Zhou et al. 2019, table 1. */
export const movement: Criterion = {
  name: "movement",
  version: 1,
  score: async ({ initial, trained }) => elementwise((t, i) => Math.abs(t - i), await trained(), await initial()),
};
