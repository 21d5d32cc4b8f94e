import { atLeast0, callable, check, checkOptions, count, list, positive } from "@ltt/core/arguments";

/** The learning rate as a function of the steps done before: the first step asks for `schedule(0)`. */
export type Schedule = (step: number) => number;

/** Always the same. */
export function constantRate(rate: number): Schedule {
  check("constantRate", "rate", rate, atLeast0);
  return () => rate;
}

/**
 * `rate · factor^⌊step / every⌋`, as `torch.optim.lr_scheduler.StepLR` (factor 0.1 there too).
 *
 * @throws {RangeError} if `every` is not an integer from 1.
 */
export function stepDecay(rate: number, options: { every: number; factor?: number }): Schedule {
  check("stepDecay", "rate", rate, atLeast0);
  const kinds = { every: positive, factor: atLeast0 };
  const { every, factor = 0.1 } = checkOptions("stepDecay", options, kinds, ["every"]);
  return of("stepDecay", (step) => rate * power(factor, Math.floor(step / every)));
}

/**
 * `rate · factor^n` once n of the milestones are done: the step after milestone 100 (the 101st) is the first of the next rate, as
 * `MultiStepLR` (factor 0.1 there too).
 *
 * @throws {RangeError} if milestones are not integers from 1, each above the one before.
 */
export function multiStepDecay(rate: number, options: { milestones: readonly number[]; factor?: number }): Schedule {
  check("multiStepDecay", "rate", rate, atLeast0);
  const kinds = { milestones: list, factor: atLeast0 };
  const { milestones, factor = 0.1 } = checkOptions("multiStepDecay", options, kinds, ["milestones"]);
  for (const [i, milestone] of milestones.entries()) {
    check("multiStepDecay", `milestones[${i}]`, milestone, positive);
    if (i > 0 && milestone <= milestones[i - 1]!)
      throw new RangeError(
        `multiStepDecay: milestones are ${milestones.join(", ")}; give each once, in ascending order`,
      );
  }
  return of("multiStepDecay", (step) => rate * power(factor, milestones.filter((at) => at <= step).length));
}

/** `rate · factor^step`, as `ExponentialLR`. */
export function exponentialDecay(rate: number, options: { factor: number }): Schedule {
  check("exponentialDecay", "rate", rate, atLeast0);
  const { factor } = checkOptions("exponentialDecay", options, { factor: atLeast0 }, ["factor"]);
  return of("exponentialDecay", (step) => rate * power(factor, step));
}

/**
 * Half a cosine from `rate` down to `final` in so many steps, as `CosineAnnealingLR`; but afterwards it stays at `final` where
 * PyTorch's climbs again.
 *
 * @throws {RangeError} if `steps` is not an integer from 1.
 * @see Loshchilov & Hutter, “SGDR”, ICLR 2017, eq. 5.
 */
export function cosineDecay(rate: number, options: { steps: number; final?: number }): Schedule {
  check("cosineDecay", "rate", rate, atLeast0);
  const kinds = { steps: positive, final: atLeast0 };
  const { steps, final = 0 } = checkOptions("cosineDecay", options, kinds, ["steps"]);
  return of("cosineDecay", (step) => final + ((rate - final) * (1 + cosineOfPi(Math.min(step / steps, 1)))) / 2);
}

/**
 * Climbs in a straight line to the schedule's own rate: step i of the first `steps` (from 1) gets `i / steps` of it.
 *
 * @throws {RangeError} if `steps` is not an integer from 1.
 */
export function warmUp(schedule: Schedule, options: { steps: number }): Schedule {
  check("warmUp", "schedule", schedule, callable);
  const { steps } = checkOptions("warmUp", options, { steps: positive }, ["steps"]);
  return of("warmUp", (step) => {
    const rate = schedule(step);
    check("warmUp", `schedule(${step})`, rate, atLeast0);
    return rate * Math.min((step + 1) / steps, 1);
  });
}

/** A schedule of whole steps only. */
function of(where: string, schedule: Schedule): Schedule {
  return (step) => {
    check(where, "step", step, count);
    return schedule(step);
  };
}

/**
 * cos(πx) for x in [0, 1], to 2⁻⁵² absolutely, and the same bits in every engine, which `Math.cos` does not promise.
 *
 * Only quarters are left to compute: cos(π(1 − x)) = −cos(πx), and cos(πx) = sin(π(½ − x)). Taylor's series; at π/4 its
 * first term left out is below 2⁻⁶³.
 */
export function cosineOfPi(x: number): number {
  if (x > 0.5) return -cosineOfPi(1 - x);
  const reflected = x > 0.25;
  const z = Math.PI * (reflected ? 0.5 - x : x);
  // By Horner's rule, the small terms first, so that little is lost to rounding.
  let series = 1;
  for (let n = reflected ? 18 : 17; n > 0; n -= 2) series = 1 - ((z * z) / (n * (n + 1))) * series;
  return reflected ? z * series : series;
}

/** By squaring: `Math.pow` differs between engines in its last bits. */
function power(base: number, exponent: number): number {
  let [result, square] = [1, base];
  for (let left = exponent; left > 0; left = Math.floor(left / 2), square *= square) {
    if (left % 2 === 1) result *= square;
  }
  return result;
}
