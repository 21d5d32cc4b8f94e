import type { Arm } from "../arm.ts";
import type { ArmName } from "../arms/arms.ts";
import type { Fault } from "./faults.ts";
import { rewindsToTrainedWeights } from "./late-rewinding.ts";
import { publishedReinit } from "./random-reinit.ts";

/** The arms that faults put in the place of honest ones. */
export function faultyArms(faults: readonly Fault[]): Partial<Record<ArmName, Arm>> {
  const has = (fault: Fault) => faults.includes(fault);
  const reinit = { keepsEmbedding: has("reinit-keeps-trained-embedding"), ownMasks: has("reinit-own-patterns") };
  return {
    ...(reinit.keepsEmbedding || reinit.ownMasks ? { "random-reinit": publishedReinit(reinit) } : {}),
    ...(has("rewinds-to-trained-weights") ? { "late-rewinding": rewindsToTrainedWeights } : {}),
  };
}
