import type { Criterion } from "../criterion.ts";
import { elementwise } from "../elementwise.ts";

/** `|w0|`: the smallest of the initial weights go, whatever training did. “Large init” of Zhou et al. 2019, table 1. */
export const largeInit: Criterion = {
  name: "large-init",
  version: 1,
  score: async ({ initial }) => elementwise((i) => Math.abs(i), await initial()),
};
