import type { Criterion } from "../criterion.ts";
import { elementwise } from "../elementwise.ts";

/**
 * `½ · h · wT²`, `h` the diagonal of the Hessian: by how much the loss would grow without the weight. Optimal Brain Damage (LeCun et al.,
 * NIPS 1990), eq. 5. The empirical Fisher information over an epoch stands for `h`, see `Evidence.fisher`.
 */
export const obd: Criterion = {
  name: "obd",
  version: 2,
  score: async ({ trained, fisher }) => elementwise((t, h) => (h * t * t) / 2, await trained(), await fisher("epoch")),
};
