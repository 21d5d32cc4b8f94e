import { adamCorrections } from "../../kernels/adam-corrections.ts";
import type { AdamStep } from "../../kernels/kernels.ts";

/** Multiplications that take as long as a weight's step of Adam. */
export const ADAM = 10;

/** What of Adam's step is the same for every weight, as the kernels take it. */
export function adamRates(step: AdamStep): number[] {
  const { eta, scale } = adamCorrections(step);
  return [
    ...[step.beta1, step.beta2, 1 - step.beta1, 1 - step.beta2, step.epsilon, step.weightDecay],
    1 - step.learningRate * step.decoupledDecay,
    ...[eta, scale],
  ];
}
