import type { Criterion } from "../criterion.ts";
import { elementwise } from "../elementwise.ts";
import { balanced } from "./balance.ts";

/**
 * `min(α|wT|, |w0|)`: stays what is large both before and after training. “Large init & large final” of Zhou et al. 2019, table 1; α: see
 * `balanced`.
 */
export const largeInitLargeFinal: Criterion = {
  name: "large-init-large-final",
  version: 1,
  score: async ({ initial, trained }) => {
    const { final, init } = balanced(await trained(), await initial());
    return elementwise(Math.min, final, init);
  },
};
