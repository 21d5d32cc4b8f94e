import type { AdamStep } from "./kernels.ts";

/** What of Adam's step changes from step to step: η / (1 − β₁ᵗ), and √(1 − β₂ᵗ). */
export function adamCorrections({ learningRate, beta1, beta2, step }: AdamStep): { eta: number; scale: number } {
  return { eta: learningRate / (1 - power(beta1, step)), scale: Math.sqrt(1 - power(beta2, step)) };
}

/** βᵗ in float64 by squaring: the same bits everywhere, which `Math.pow` does not promise. */
function power(base: number, exponent: number): number {
  let [result, square] = [1, base];
  for (let left = exponent; left > 0; left = Math.floor(left / 2), square *= square)
    if (left % 2 === 1) result *= square;
  return result;
}
