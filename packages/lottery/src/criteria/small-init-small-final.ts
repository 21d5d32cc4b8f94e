import type { Criterion } from "../criterion.ts";
import { elementwise } from "../elementwise.ts";
import { balanced } from "./balance.ts";

/**
 * `−max(α|wT|, |w0|)`: stays what is small both before and after training. “Small init & small final” of Zhou et al. 2019, table 1; α: see
 * `balanced`.
 */
export const smallInitSmallFinal: Criterion = {
  name: "small-init-small-final",
  version: 1,
  score: async ({ initial, trained }) => {
    const { final, init } = balanced(await trained(), await initial());
    return elementwise((t, i) => -Math.max(t, i), final, init);
  },
};
