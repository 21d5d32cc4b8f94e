import type { Arm } from "../arm.ts";
import { grasp } from "../criteria/grasp.ts";
import { type AtStart, prunedAtStartBy, randomMaskAtStartBy } from "./pruned-at-start.ts";

const how: AtStart = { criterion: grasp, pool: "all" };

/** Pruning at step 0 by GraSP, all weights in one pool: Wang et al. (ICLR 2020, arXiv 2002.07376). */
export const graspArm: Arm = prunedAtStartBy(how);

/** Its control: as many weights of each tensor, at random places. */
export const graspRandomMask: Arm = randomMaskAtStartBy(how);
