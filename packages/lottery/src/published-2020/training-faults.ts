import type { Fault } from "./faults.ts";

/** Those faults that change a training, in the order in which nodes name them. */
const TRAINING_FAULTS: readonly Fault[] = ["accuracy-of-batch-means", "patience-never-resets"];

/** The names of those faults that change a training: part of the nodes of networks. */
export function trainingFaults(faults: readonly Fault[]): Fault[] {
  return TRAINING_FAULTS.filter((fault) => faults.includes(fault));
}
