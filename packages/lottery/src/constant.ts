import type { Rng } from "@ltt/core";
import { type Pattern, type Values, valuesAt } from "./pattern.ts";

/** `constant`: as other tensors, whose standard deviation is then 0; what nodes mean that were named before gains were kept. */
export const GAINS = ["kept", "constant"] as const;
export type Gains = (typeof GAINS)[number];

/**
 * `α · sign(w)` at a mask, or `±α` with signs drawn at random, α the standard deviation of each whole tensor:
 * “constant” of Zhou et al. 2019 (arXiv 1905.01067), §4.1. What is 0, as biases before training, stays 0.
 *
 * @param value - One α for all tensors; `null`: each has its own.
 * @param gains - What becomes of a tensor of equal values, as the gains of a normalisation. Default: they are kept.
 * @param rng - Draws signs. Without it they are those of the weights.
 */
export function constant(
  whole: Values,
  mask: Pattern,
  {
    value,
    gains = "kept",
    rng,
  }: { readonly value: number | null; readonly gains?: Gains | undefined; readonly rng?: Rng | undefined },
): Values {
  return new Map(
    Array.from(valuesAt(whole, mask), ([name, values]) => {
      const all = whole.get(name)!;
      if (gains === "kept" && !varies(all)) return [name, values];
      const alpha = value ?? standardDeviation(all);
      const draws = rng?.split(name).uniforms(values.length);
      const signOf = (weight: number, i: number) =>
        draws === undefined || weight === 0 ? Math.sign(weight) : draws[i]! < 0.5 ? -1 : 1;
      return [name, values.map((weight, i) => alpha * signOf(weight, i))];
    }),
  );
}

/** Whether a tensor has several values: others have no size that a constant could stand for. */
export function varies(values: Float32Array): boolean {
  return values.some((value) => value !== values[0]);
}

/** Of all elements, about their mean; 0 where they are equal. */
function standardDeviation(values: Float32Array): number {
  let [sum, squares] = [0, 0];
  for (const value of values) sum += value;
  const mean = sum / values.length;
  for (const value of values) squares += (value - mean) ** 2;
  return Math.sqrt(squares / values.length);
}
