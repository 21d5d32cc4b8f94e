import type { Arm } from "../arm.ts";
import { type Structured, structuredBy, structuredReinitBy } from "./structured.ts";

const how: Structured = { criterion: "batch-norm-gamma", pool: "all", fineTuned: true };

/** Channels with the smallest γ of all layers go; what is left is trained on. Network slimming: Liu et al. (ICCV 2017, arXiv 1708.06519), without their penalty on γ. Only of networks with batch normalisation. */
export const slimming: Arm = structuredBy(how);

/** Its control: the same small network from fresh weights. */
export const slimmingReinit: Arm = structuredReinitBy(how);
