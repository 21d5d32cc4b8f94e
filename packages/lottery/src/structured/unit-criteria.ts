import { batchNormGamma } from "./batch-norm-gamma.ts";
import { l1Norm } from "./l1-norm.ts";
import { thinet } from "./thinet.ts";
import type { UnitCriterion } from "./unit-criterion.ts";

/** What whole units are scored by, by the name that nodes have it by. */
export const UNIT_CRITERIA = ["l1-norm", "batch-norm-gamma", "thinet"] as const;
export type UnitCriterionName = (typeof UNIT_CRITERIA)[number];

export const UNIT_CRITERION: Readonly<Record<UnitCriterionName, UnitCriterion>> = {
  "l1-norm": l1Norm,
  "batch-norm-gamma": batchNormGamma,
  thinet,
};

/** Which units compete with each other to stay: those of a layer, or all. */
export const UNIT_POOLS = ["layer", "all"] as const;
export type UnitPool = (typeof UNIT_POOLS)[number];
