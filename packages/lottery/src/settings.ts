import { callable, check, checkOptions, count, type Kind, type Kinds, list, object, oneOf } from "@ltt/core/arguments";
import { type Job, jobKind } from "./job.ts";
import { between0And1, checkEach, signal } from "./kinds.ts";
import { checkMoment, type Moment } from "./moment.ts";
import { TRAINING_KINDS, type TrainingSettings } from "./network.ts";
import { type Store, storeKind } from "./store.ts";

/**
 * The arms of an experiment, all with the same dense network at their root:
 *
 * - `winning-ticket`: each sparse network starts from the initial weights;
 * - `random-reinit`: a control: the winning ticket's patterns, fresh initial weights in every tensor;
 * - `shuffled-init`: a control: the winning ticket's patterns and its initial weights, shuffled within each tensor. Fresh weights differ from kept ones in size,
 *   since a cut keeps what began large; these do not;
 * - `late-rewinding`: starts from the weights of an early moment of dense training, with its own patterns, and trains on from there.
 */
export const ARMS = ["winning-ticket", "random-reinit", "shuffled-init", "late-rewinding"] as const;
export type Arm = (typeof ARMS)[number];

/** Faults of the published experiment, re-enacted only where they are named. */
export const FAULTS = [
  /** Random re-initialisation starts with the embedding that its network before had trained. */
  "reinit-keeps-trained-embedding",
  /** Random re-initialisation prunes its own networks instead of using the ticket's patterns. */
  "reinit-own-patterns",
  /** “Late rewinding” rewinds to the end of dense training. */
  "rewinds-to-trained-weights",
  /** Early stopping counts every validation without improvement, not those in a row. */
  "patience-never-resets",
  /** Accuracy is the mean of the batches' accuracies. */
  "accuracy-of-batch-means",
  /** The report chooses the winner by test accuracy. */
  "winner-by-test-accuracy",
] as const;
export type Fault = (typeof FAULTS)[number];

export interface ExperimentSettings extends TrainingSettings {
  readonly arms: readonly Arm[];
  readonly seeds: readonly number[];
  readonly rounds: number;
  /** The fraction of what is left that each round removes, of every tensor. */
  readonly rate: number;
  /** Which weights of a network are scored for the cut: those with the lowest validation loss (default), or those that its training ended with. */
  readonly cutAt?: "best" | "end" | undefined;
  readonly rewindTo: Moment;
  readonly faults: readonly Fault[];
}

/** How far an experiment is. */
export interface Progress {
  readonly arm: string;
  readonly seed: number;
  readonly round: number;
  /** The step that this network is after, and the most it may reach. */
  readonly step: number;
  readonly stepsAtMost: number;
  readonly loss: number;
  /** Networks finished, and all there are. */
  readonly networks: number;
  readonly networksInAll: number;
  /** Networks in the making, this one among them, and the steps that they are after, together. */
  readonly inTheMaking: number;
  readonly steps: number;
}

export interface ExperimentOptions {
  readonly store: Store;
  /** In seconds, for receipts and reports; never for results. */
  readonly clock: () => number;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What trains the networks, several at a time. Default: this process, one after the other. */
  readonly jobs?: readonly Job[] | undefined;
}

/** The arms that run: controls need the winning ticket's patterns. */
export function armsNeeded(settings: Pick<ExperimentSettings, "arms" | "faults">): Arm[] {
  check("armsNeeded", "settings", settings, object);
  const { arms, faults } = settings;
  checkEach("armsNeeded", "arms", arms, arm);
  checkEach("armsNeeded", "faults", faults, fault);
  const ownPatterns = faults.includes("reinit-own-patterns");
  const patterns = arms.includes("shuffled-init") || (arms.includes("random-reinit") && !ownPatterns);
  return ARMS.filter((arm) => arms.includes(arm) || (patterns && arm === "winning-ticket"));
}

/** How many networks an experiment trains. */
export function networkCount(settings: Pick<ExperimentSettings, "arms" | "faults" | "seeds" | "rounds">): number {
  check("networkCount", "settings", settings, object);
  checkEach("networkCount", "arms", settings.arms, arm);
  checkEach("networkCount", "faults", settings.faults, fault);
  checkEach("networkCount", "seeds", settings.seeds, count);
  check("networkCount", "rounds", settings.rounds, count);
  return settings.seeds.length * (1 + settings.rounds * armsNeeded(settings).length);
}

const arm: Kind = oneOf(...ARMS);
const fault: Kind = oneOf(...FAULTS);

const SETTINGS: Kinds<ExperimentSettings> = {
  ...TRAINING_KINDS,
  arms: list,
  seeds: list,
  rounds: count,
  rate: between0And1,
  cutAt: oneOf("best", "end"),
  rewindTo: object,
  faults: list,
};

const OPTIONS: Kinds<ExperimentOptions> = {
  store: storeKind,
  clock: callable,
  onProgress: callable,
  signal,
  jobs: list,
};

/**
 * @throws {TypeError} if a setting is missing, unknown or of the wrong kind.
 * @throws {RangeError} if one is outside its range, there is no arm, no seed, or a seed twice.
 */
export function checkSettings(where: string, settings: ExperimentSettings): void {
  const { arms, seeds, faults, rewindTo } = checkOptions(`${where}: settings`, settings, SETTINGS, [
    "arms",
    "seeds",
    "rounds",
    "rate",
    "epochs",
    "learningRate",
    "patience",
    "evaluationsPerEpoch",
    "rewindTo",
    "faults",
  ]);
  checkEach(`${where}: settings`, "arms", arms, arm);
  checkEach(`${where}: settings`, "seeds", seeds, count);
  checkEach(`${where}: settings`, "faults", faults, fault);
  checkMoment(`${where}: settings: rewindTo`, rewindTo);
  if (seeds.length === 0 || new Set(seeds).size < seeds.length) {
    throw new RangeError(`${where}: seeds are ${seeds.join(", ") || "missing"}; give at least one, each once`);
  }
  if (arms.length === 0) throw new RangeError(`${where}: there are no arms to run`);
}

/** @throws {TypeError} if an option is missing, unknown or of the wrong kind. */
export function checkExperimentOptions(where: string, options: ExperimentOptions): void {
  const { jobs } = checkOptions(where, options, OPTIONS, ["store", "clock"]);
  if (jobs === undefined) return;
  checkEach(where, "jobs", jobs, jobKind);
  if (jobs.length === 0) throw new RangeError(`${where}: jobs is empty; leave it out, or give at least one`);
}
