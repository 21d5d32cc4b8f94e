import { check, checkOptions, type Kinds, list, object } from "@ltt/core/arguments";
import { constantRate, multiStepDecay, type Schedule, warmUp } from "@ltt/layers";
import { share } from "./kinds.ts";
import { checkMoment, type Moment, stepOf } from "./moment.ts";
import type { TrainingLength } from "./training-length.ts";

/** The learning rate falls at some moments of training. */
export interface LearningRateSchedule {
  /** In ascending order. */
  readonly milestones: readonly Moment[];
  /** What each multiplies the learning rate by, in `[0,1]`. Default 0.1. */
  readonly factor?: number | undefined;
}

/** How the learning rate changes while a network trains. A network that begins at step k begins with the rate of step k. */
export interface LearningRates {
  /** Default: it falls at no moment. */
  readonly schedule?: LearningRateSchedule | undefined;
  /** Until this moment the learning rate climbs in a straight line: step i of the first n has `i / n` of it. Default: it does not climb. */
  readonly warmUp?: Moment | undefined;
}

/** The same with steps for moments, as a node says it. */
export type StepRates = {
  readonly schedule: { readonly milestones: readonly number[]; readonly factor: number } | null;
  /** Steps. */
  readonly warmUp: number;
};

const SCHEDULE: Kinds<LearningRateSchedule> = { milestones: list, factor: share };

/** @throws {TypeError | RangeError} unless the schedule has moments, and the warm-up is one. */
export function checkRates(where: string, { schedule, warmUp: climb }: LearningRates): void {
  if (climb !== undefined) {
    check(where, "warmUp", climb, object);
    checkMoment(`${where}: warmUp`, climb);
  }
  if (schedule === undefined) return;
  check(where, "schedule", schedule, object);
  const { milestones } = checkOptions(`${where}: schedule`, schedule, SCHEDULE, ["milestones"]);
  for (const [i, moment] of milestones.entries()) {
    check(`${where}: schedule`, `milestones[${i}]`, moment, object);
    checkMoment(`${where}: schedule: milestones[${i}]`, moment);
  }
}

/**
 * Moments as steps.
 *
 * @throws {RangeError} if a moment lies outside training, or milestones do not ascend.
 */
export function stepRates(
  where: string,
  { schedule, warmUp: climb }: LearningRates,
  stepsPerEpoch: number,
  length: TrainingLength,
): StepRates {
  const at = (what: string, moment: Moment) => stepOf(where, moment, stepsPerEpoch, length, what);
  const steps = climb === undefined ? 0 : at("warm up to", climb);
  if (schedule === undefined || schedule.milestones.length === 0) return { schedule: null, warmUp: steps };
  const milestones = schedule.milestones.map((moment) => at("learning rate falls at", moment));
  const i = milestones.findIndex((step, i) => i > 0 && step <= milestones[i - 1]!);
  if (i > 0)
    throw new RangeError(
      `${where}: schedule: milestone ${i} is step ${milestones[i]}, the one before step ${milestones[i - 1]}; milestones ascend`,
    );
  return { schedule: { milestones, factor: schedule.factor ?? 0.1 }, warmUp: steps };
}

/** Settings with these steps. */
export function ratesInSteps({ schedule, warmUp: steps }: StepRates): LearningRates {
  return {
    ...(schedule === null
      ? {}
      : { schedule: { milestones: schedule.milestones.map((step) => ({ step })), factor: schedule.factor } }),
    ...(steps === 0 ? {} : { warmUp: { step: steps } }),
  };
}

/** What training asks for the learning rate of each step; `undefined` where it never changes. */
export function scheduleOf(learningRate: number, { schedule, warmUp: steps }: StepRates): Schedule | undefined {
  if (schedule === null && steps === 0) return undefined;
  const falling = schedule === null ? constantRate(learningRate) : multiStepDecay(learningRate, schedule);
  return steps === 0 ? falling : warmUp(falling, { steps });
}

/** Kinds of the settings, for whoever checks all of them. */
export const RATE_KINDS: Kinds<LearningRates> = { schedule: object, warmUp: object };

/** No change at all. */
export const CONSTANT: StepRates = { schedule: null, warmUp: 0 };
