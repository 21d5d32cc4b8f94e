import { adamCorrections } from "../../kernels/adam-corrections.ts";
import type { AdamStep } from "../../kernels/kernels.ts";

/** Multiplications that take as long as a weight's step of Adam. */
export const ADAM = 10;

/** What of Adam's step is the same for every weight: the last arguments of the compiled kernels, from β₁ on. */
export function adamRates(step: AdamStep): AdamRates {
  const { eta, scale } = adamCorrections(step);
  const { beta1, beta2, epsilon, weightDecay } = step;
  return [
    ...([beta1, beta2, 1 - beta1, 1 - beta2, epsilon, weightDecay] as const),
    1 - step.learningRate * step.decoupledDecay,
    eta,
    scale,
  ];
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
