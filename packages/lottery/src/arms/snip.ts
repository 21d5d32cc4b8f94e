import type { Arm } from "../arm.ts";
import { snip } from "../criteria/snip.ts";
import { type AtStart, prunedAtStartBy, randomMaskAtStartBy } from "./pruned-at-start.ts";

const how: AtStart = { criterion: snip, pool: "all" };

/** Pruning at step 0 by SNIP, all weights in one pool: Lee et al. (ICLR 2019, arXiv 1810.02340). */
export const snipArm: Arm = prunedAtStartBy(how);

/** Its control: as many weights of each tensor, at random places. */
export const snipRandomMask: Arm = randomMaskAtStartBy(how);
