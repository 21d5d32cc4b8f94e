import type { TrainNetworkOptions } from "../training-options.ts";
import { accuracyOfBatchMeans } from "./accuracy-of-batch-means.ts";
import type { Fault } from "./faults.ts";
import { patienceNeverResets } from "./patience-never-resets.ts";

/** What a fault puts in the place of a part of training. */
type Injected = Pick<TrainNetworkOptions<unknown>, "stop" | "accuracy">;

/** Those faults that change a training, in the order in which nodes name them. */
const TRAINING_FAULTS: ReadonlyMap<string, Injected> = new Map([
  ["accuracy-of-batch-means", { accuracy: accuracyOfBatchMeans }],
  ["patience-never-resets", { stop: patienceNeverResets }],
] satisfies [Fault, Injected][]);

/** The names of those faults that change a training: part of the nodes of networks. */
export function trainingFaults(faults: readonly Fault[]): string[] {
  return [...TRAINING_FAULTS.keys()].filter((name) => faults.some((fault) => fault === name));
}

/**
 * What the faults that a node names put in the place of parts of training.
 *
 * @throws {RangeError} if one is none of these.
 */
export function injectedBy(names: readonly string[]): Injected {
  const unknown = names.find((name) => !TRAINING_FAULTS.has(name));
  if (unknown !== undefined) throw new RangeError(`execute: "${unknown}" is no fault of a training`);
  return Object.assign({}, ...names.map((name) => TRAINING_FAULTS.get(name)));
}
