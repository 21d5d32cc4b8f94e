import type { StoredWeight, WeightStorage } from "./kernels.ts";

/** Whether only a part of the weight is stored. */
export function isStored(weight: WeightStorage): weight is StoredWeight {
  return "pattern" in weight;
}
