import { adamCorrections } from "../../kernels/adam-corrections.ts";
import type { AdamStep } from "../../kernels/kernels.ts";

/** Multiplications that take as long as a weight's step of Adam. */
export const ADAM = 10;

/** What of Adam's step is the same for every weight: the last arguments of the compiled kernels, from β₁ on. */
export function adamRates(step: AdamStep): AdamRates {
  if (last !== undefined && isSame(step, last.step)) return last.rates;
  const { eta, scale } = adamCorrections(step);
  const { beta1, beta2, epsilon, weightDecay, learningRate, decoupledDecay } = step;
  const kept = 1 - learningRate * decoupledDecay;
  const rates = [beta1, beta2, 1 - beta1, 1 - beta2, epsilon, weightDecay, kept, eta, scale] as const;
  last = { step: { ...step }, rates };
  return rates;
}

/** Those of the last step: the weights of a model, one after another, ask for the same. */
let last: { readonly step: AdamStep; readonly rates: AdamRates } | undefined;

function isSame(a: AdamStep, b: AdamStep): boolean {
  return (
    a.step === b.step &&
    a.learningRate === b.learningRate &&
    a.beta1 === b.beta1 &&
    a.beta2 === b.beta2 &&
    a.epsilon === b.epsilon &&
    a.weightDecay === b.weightDecay &&
    a.decoupledDecay === b.decoupledDecay
  );
}

export type AdamRates = readonly [
  beta1: number,
  beta2: number,
  share1: number,
  share2: number,
  epsilon: number,
  lambda: number,
  kept: number,
  eta: number,
  scale: number,
];
