import type { Criterion } from "../criterion.ts";
import { elementwise } from "../elementwise.ts";

/** `|wT| − |w0|`: the weights that grew least, or shrank, go. “Magnitude increase” of Zhou et al. 2019, table 1. */
export const magnitudeIncrease: Criterion = {
  name: "magnitude-increase",
  version: 1,
  score: async ({ initial, trained }) =>
    elementwise((t, i) => Math.abs(t) - Math.abs(i), await trained(), await initial()),
};
