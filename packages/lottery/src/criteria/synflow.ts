import type { Criterion } from "../criterion.ts";
import type { Values } from "../pattern.ts";
import { sparingVectors } from "./sparing-vectors.ts";

const ROUNDS = 100;

/**
 * `|w| · ∂R/∂|w|`, `R` the sum of the outputs of the network with all weights positive, on an input of ones: how much flows through the
 * weight. SynFlow (Tanaka et al., NeurIPS 2020, arXiv 2006.05467), algorithm 1. A cut that keeps the fraction d is made in 100 rounds,
 * which keep `d^(k/100)`; it needs no data. Vectors are spared.
 *
 * @see Evidence.flow for networks that begin with an embedding, which is left out.
 */
export const synflow: Criterion = {
  name: "synflow",
  version: 1,
  score: async (evidence) => {
    const { trained, flow, pools } = evidence;
    const left = new Map(Array.from(await trained(), ([name, weights]) => [name, weights.map(Math.abs)]));
    const isGone = new Map(Array.from(left, ([name, { length }]) => [name, new Uint8Array(length)]));
    for (let round = 1; ; round++) {
      const gradient = await flow(left);
      const scores = new Map(
        Array.from(left, ([name, weights]) => {
          const [slope, gone] = [gradient.get(name)!, isGone.get(name)!];
          return [name, weights.map((weight, i) => (gone[i] === 1 ? -1 : weight * slope[i]!))];
        }),
      );
      const spared = sparingVectors(scores, evidence);
      if (round === ROUNDS) return spared;
      for (const { tensors, rate } of pools) {
        removeLowest(isGone, spared, tensors, 1 - (1 - rate) ** (round / ROUNDS));
        for (const name of tensors) zeroWhere(isGone.get(name)!, left.get(name)!);
      }
    }
  },
};

/** Marks the fraction of the weights of some tensors with the lowest scores; of equal ones the first. */
function removeLowest(
  isGone: ReadonlyMap<string, Uint8Array>,
  scores: Values,
  tensors: readonly string[],
  fraction: number,
): void {
  const sorted = joined(tensors.map((name) => scores.get(name)!)).sort();
  const count = Math.round(fraction * sorted.length);
  if (count === 0) return;
  const limit = sorted[count - 1]!;
  let ties = count - sorted.indexOf(limit);
  for (const name of tensors) {
    const [own, gone] = [scores.get(name)!, isGone.get(name)!];
    for (let i = 0; i < own.length; i++) if (own[i]! < limit || (own[i] === limit && ties-- > 0)) gone[i] = 1;
  }
}

function zeroWhere(isGone: Uint8Array, weights: Float32Array): void {
  for (let i = 0; i < weights.length; i++) if (isGone[i] === 1) weights[i] = 0;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}
