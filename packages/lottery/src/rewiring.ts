import { check, checkOptions, count, type Kinds, oneOf, positive } from "@ltt/core/arguments";
import { cosineDecay } from "@ltt/layers";
import { share } from "./kinds.ts";

/**
 * How the mask of a network changes while it trains: every so many steps a fraction of its weights goes, the smallest,
 * and as many others grow, in each tensor.
 */
export interface Rewiring {
  /** `gradient`: where the loss would fall fastest (RigL); `random`: anywhere (SET). */
  readonly grow: "gradient" | "random";
  /** Steps from one change to the next, or `epoch`: as many as an epoch has. */
  readonly every: number | "epoch";
  /** The fraction of what each tensor stores that is exchanged, in `[0,1]`: at first, or always. */
  readonly fraction: number;
  /** `cosine`: the fraction falls to 0, as half a wave. */
  readonly decay: "constant" | "cosine";
  /** The fraction of all steps after which the mask stays as it is, in `[0,1]`. */
  readonly until: number;
}

const REWIRING: Kinds<Rewiring> = {
  grow: oneOf("gradient", "random"),
  every: { words: 'an integer from 1, or "epoch"', accepts: (value) => value === "epoch" || positive.accepts(value) },
  fraction: share,
  decay: oneOf("constant", "cosine"),
  until: share,
};

/** @throws {TypeError | RangeError} if a part is missing, unknown or of the wrong kind. */
export function checkRewiring(where: string, rewiring: Rewiring): void {
  checkOptions(where, rewiring, REWIRING, ["grow", "every", "fraction", "decay", "until"]);
}

/**
 * The fraction that is exchanged after a step: `α`, or `α/2 · (1 + cos(π t / T))` with `T` the first step after all
 * changes (Evci et al., ICML 2020, arXiv 1911.11134, §3); 0 where none is due, and after the last step of training.
 */
export function exchangedAfter(
  { every, fraction, decay, until }: Rewiring,
  step: number,
  length: { readonly stepsPerEpoch: number; readonly lastStep: number },
): number {
  check("exchangedAfter", "step", step, count);
  const { stepsPerEpoch, lastStep } = length;
  const end = Math.ceil(until * lastStep);
  if (step === 0 || step % (every === "epoch" ? stepsPerEpoch : every) !== 0 || step >= end) return 0;
  return decay === "constant" ? fraction : cosineDecay(fraction, { steps: end })(step);
}
