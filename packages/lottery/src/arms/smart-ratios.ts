import type { Arm } from "../arm.ts";
import { smartRatios } from "../criteria/smart-ratios.ts";
import { prunedAtStartBy } from "./pruned-at-start.ts";

/**
 * A control of pruning at step 0: random masks that keep more of the first layers, by no data and no weight: Su et al. (NeurIPS 2020, arXiv
 * 2009.11094).
 */
export const smartRatiosArm: Arm = prunedAtStartBy({ criterion: smartRatios, pool: "all" });
