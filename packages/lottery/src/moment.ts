import { checkOptions, positive } from "@ltt/core/arguments";
import type { Position } from "@ltt/layers";
import { lastStepOf, type TrainingLength } from "./training-length.ts";

/** A moment of training: after so many epochs, or after so many steps. */
export type Moment = { readonly epoch: number } | { readonly step: number };

/** Weights of a training: those with the lowest validation loss, those it ended with, or those after a step. */
export type State = "best" | "end" | number;

/**
 * @throws {TypeError} unless it is an epoch or a step, and not both.
 * @throws {RangeError} unless it is an integer from 1.
 */
export function checkMoment(where: string, moment: Moment): void {
  const { epoch, step } = checkOptions<Partial<Record<"epoch" | "step", number>>>(where, moment, MOMENT);
  if ((epoch === undefined) !== (step === undefined)) return;
  const has = epoch === undefined ? "neither epoch nor step" : "both epoch and step";
  throw new TypeError(`${where} has ${has}; it has one of them`);
}

const MOMENT = { epoch: positive, step: positive };

/**
 * The step, from 1, after which a moment has come.
 *
 * @param what - For the message: what happens then.
 * @throws {RangeError} if it lies outside training.
 */
export function stepOf(
  where: string,
  moment: Moment,
  stepsPerEpoch: number,
  length: TrainingLength,
  what = "rewind to",
): number {
  const { epoch, step: ofStep = 0 }: Partial<Record<"epoch" | "step", number>> = moment;
  const [unit, at] = epoch === undefined ? ["step", ofStep] : ["epoch", epoch];
  const step = unit === "epoch" ? at * stepsPerEpoch : at;
  const last = lastStepOf(length, stepsPerEpoch);
  const epochs = Math.floor(last / stepsPerEpoch);
  if (step > last) {
    const has = epochs === 0 ? `steps 1–${last}, less than an epoch` : `epochs 1–${epochs}, steps 1–${last}`;
    throw new RangeError(`${where}: ${what} ${unit} ${at}: training has ${has}; name an earlier moment`);
  }
  return step;
}

/** Where training stands after a step: the next one draws its batch and its dropout by this, whoever made the steps before. */
export function positionOf(step: number, stepsPerEpoch: number): Position {
  return { epoch: Math.floor(step / stepsPerEpoch) + 1, batch: step % stepsPerEpoch, step };
}
