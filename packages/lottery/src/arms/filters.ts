import type { Arm } from "../arm.ts";
import { type Structured, structuredBy, structuredReinitBy } from "./structured.ts";

const how: Structured = { criterion: "l1-norm" };

/**
 * A structured ticket: filters, neurons and hidden units with the smallest weights go, whole; what is left starts from its initial weights.
 * The scores of Li et al. (ICLR 2017, arXiv 1608.08710).
 */
export const filters: Arm = structuredBy(how);

/** Its control: the same small network from fresh weights. */
export const filtersReinit: Arm = structuredReinitBy(how);
