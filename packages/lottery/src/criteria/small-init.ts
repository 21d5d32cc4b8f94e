import type { Criterion } from "../criterion.ts";
import { elementwise } from "../elementwise.ts";

/** `−|w0|`: the largest of the initial weights go, whatever training did. “Small init” of Zhou et al. 2019, table 1. */
export const smallInit: Criterion = {
  name: "small-init",
  version: 1,
  score: async ({ initial }) => elementwise((i) => -Math.abs(i), await initial()),
};
