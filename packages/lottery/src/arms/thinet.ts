import type { Arm } from "../arm.ts";
import { type Structured, structuredBy, structuredReinitBy } from "./structured.ts";

const how: Structured = { criterion: "thinet", fineTuned: true };

/**
 * Units go that change the sums of the next layer least, by a greedy search; what is left is trained on. ThiNet: Luo et al. (ICCV 2017,
 * arXiv 1707.06342).
 */
export const thinetArm: Arm = structuredBy(how);

/** Its control: the same small network from fresh weights. */
export const thinetReinit: Arm = structuredReinitBy(how);
