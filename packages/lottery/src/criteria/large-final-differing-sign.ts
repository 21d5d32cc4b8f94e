import type { Criterion } from "../criterion.ts";
import { elementwise } from "../elementwise.ts";

/** `max(0, −w0·wT / |w0|)`: the smallest of the trained weights go, and first those whose sign training kept. Zhou et al. 2019, §3. */
export const largeFinalDifferingSign: Criterion = {
  name: "large-final-differing-sign",
  version: 1,
  score: async ({ initial, trained }) =>
    elementwise((t, i) => Math.max(0, -t * Math.sign(i)), await trained(), await initial()),
};
