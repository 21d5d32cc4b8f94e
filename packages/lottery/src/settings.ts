import {
  callable,
  check,
  checkOptions,
  count,
  type Kind,
  type Kinds,
  list,
  object,
  oneOf,
  text,
} from "@ltt/core/arguments";
import type { NamedArm } from "./arm.ts";
import { ARMS, type ArmName, BUILT_IN_ARMS } from "./arms/arms.ts";
import { checkCriterion } from "./criteria/criteria.ts";
import type { Criterion } from "./criterion.ts";
import { POOLS, type Pool } from "./cut.ts";
import { type CutShares, checkShares } from "./cut-shares.ts";
import { type Job, jobKind } from "./job.ts";
import { between0And1, checkEach, signal } from "./kinds.ts";
import { checkRates } from "./learning-rates.ts";
import { checkMoment, type Moment } from "./moment.ts";
import { checkOptimiser } from "./optimisers.ts";
import { FAULTS, type Fault } from "./published-2020/faults.ts";
import { type Store, storeKind } from "./store.ts";
import { checkLength } from "./training-length.ts";
import { TRAINING_KINDS, type TrainingSettings } from "./training-settings.ts";

export interface ExperimentSettings extends TrainingSettings, Omit<CutShares, "pool"> {
  /** Those of `ARMS` by name, and any others. */
  readonly arms: readonly (ArmName | NamedArm)[];
  readonly seeds: readonly number[];
  readonly rounds: number;
  /**
   * Which weights of a network are scored for the cut: those with the lowest validation loss (default), or those that
   * its training ended with.
   */
  readonly cutAt?: "best" | "end" | undefined;
  /** What weights are scored by for the cut. Default `magnitude`. */
  readonly criterion?: Criterion | undefined;
  /** What weights compete with each other to stay. Default `tensor`: those of each tensor. */
  readonly pool?: Pool | undefined;
  /** What late rewinding and the early mask go back to. It must lie inside training where an arm reads it. */
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

/** The arms that run: some take the masks of others, which run too. Those of `ARMS` come first, in its order. */
export function armsNeeded(settings: Pick<ExperimentSettings, "arms" | "faults">): (ArmName | NamedArm)[] {
  check("armsNeeded", "settings", settings, object);
  const { arms, faults } = settings;
  checkArms("armsNeeded", settings);
  const needed = new Set<unknown>(arms);
  for (const name of ARMS.toReversed()) {
    const { masksOf } = BUILT_IN_ARMS[name];
    const hasOwn = name === "random-reinit" && faults.includes("reinit-own-patterns");
    if (needed.has(name) && masksOf !== undefined && !hasOwn) needed.add(masksOf);
  }
  const builtIn = ARMS.filter((name) => needed.has(name));
  return [...builtIn, ...arms.filter((arm) => typeof arm !== "string")];
}

/** Whether an arm goes back to `rewindTo`: one from outside counts as one that does unless it says that it does not. */
export function rewinds(settings: Pick<ExperimentSettings, "arms" | "faults">): boolean {
  check("rewinds", "settings", settings, object);
  checkArms("rewinds", settings);
  return armsNeeded(settings).some((arm) =>
    typeof arm === "string" ? BUILT_IN_ARMS[arm].rewinds === true : arm.rewinds !== false,
  );
}

/**
 * @throws {TypeError | RangeError} unless these are names of `ARMS` and arms from outside, with names of their own, and names of `FAULTS`.
 */
export function checkArms(where: string, { arms, faults }: Pick<ExperimentSettings, "arms" | "faults">): void {
  checkEach(where, "arms", arms, arm);
  checkEach(where, "faults", faults, fault);
  const names = arms.map((one) => (typeof one === "string" ? one : one.name));
  const taken: readonly string[] = ["dense", ...ARMS];
  for (const [i, one] of arms.entries()) {
    const name = names[i]!;
    if (names.indexOf(name) < i) throw new RangeError(`${where}: arms name "${name}" twice; give each arm once`);
    if (typeof one !== "string" && taken.includes(name)) {
      throw new RangeError(`${where}: arms[${i}].name is "${name}", which is ours; give it another`);
    }
  }
}

const arm: Kind = {
  ...oneOf(...ARMS),
  words: `${oneOf(...ARMS).words}, or an object of name and levels`,
  accepts: (value) =>
    typeof value === "string"
      ? ARMS.some((name) => name === value)
      : object.accepts(value) && text.accepts((value as NamedArm).name) && callable.accepts((value as NamedArm).levels),
};
const fault: Kind = oneOf(...FAULTS);

const SETTINGS: Kinds<ExperimentSettings> = {
  ...TRAINING_KINDS,
  arms: list,
  seeds: list,
  rounds: count,
  rate: between0And1,
  rates: object,
  exclude: list,
  cutAt: oneOf("best", "end"),
  criterion: object,
  pool: oneOf(...POOLS),
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
  const { arms, seeds, faults, rewindTo, criterion } = checkOptions(`${where}: settings`, settings, SETTINGS, [
    "arms",
    "seeds",
    "rounds",
    "rate",
    "learningRate",
    "patience",
    "rewindTo",
    "faults",
  ]);
  checkArms(`${where}: settings`, { arms, faults });
  checkEach(`${where}: settings`, "seeds", seeds, count);
  checkOptimiser(`${where}: settings`, settings);
  checkRates(`${where}: settings`, settings);
  checkLength(`${where}: settings`, settings);
  checkShares(`${where}: settings`, settings);
  checkMoment(`${where}: settings: rewindTo`, rewindTo);
  if (criterion !== undefined) checkCriterion(`${where}: settings`, criterion);
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
