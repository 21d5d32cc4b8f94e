import type { Rng } from "@ltt/core";
import { anything, check, checkOptions, checkRng, type Kinds, oneOf } from "@ltt/core/arguments";
import { share } from "./kinds.ts";
import { checkPattern, checkValues, type Pattern, type Values } from "./pattern.ts";

export interface CutOptions {
  /** The fraction of what is left that goes: a number for all tensors, or by name. In `[0,1]`. */
  readonly rate: number | ((name: string) => number);
  /** `"local"`: each tensor loses its own fraction. `"global"`: the lowest scores of all tensors together go. Default local. */
  readonly scope?: "local" | "global";
  /** Orders equal scores. */
  readonly rng: Rng;
}

/** Scores the weights of a pattern: the lowest are removed. Frankle & Carbin 2019 use the magnitude of the trained weights. */
export type Criterion = (trained: Values) => Values;

/** |w| after training: `large final` of Zhou et al. 2019, table 1. */
export const magnitude: Criterion = (trained) => {
  checkValues("magnitude", "trained", trained);
  return new Map(Array.from(trained, ([name, values]) => [name, values.map(Math.abs)]));
};

/** The random stream has a check of its own, and the rate one for each tensor. */
const OPTIONS: Kinds<CutOptions> = { rate: anything, scope: oneOf("local", "global"), rng: anything };

/**
 * Removes exactly `round(rate · left)` weights, those with the lowest scores. Equal scores go in the order of a seeded permutation of the
 * positions, never by a threshold, which would take them all.
 *
 * @param scores - One for each position of the pattern, in its order.
 * @returns a pattern within the old one.
 * @throws {RangeError} if a rate is outside [0,1], or scores are missing, too many, too few or NaN.
 * @throws {TypeError} if an option is unknown or of the wrong kind.
 */
export function cut(pattern: Pattern, scores: Values, options: CutOptions): Pattern {
  checkPattern("cut", "pattern", pattern);
  checkValues("cut", "scores", scores);
  const { rate, scope = "local", rng } = checkOptions("cut", options, OPTIONS);
  if (typeof rate !== "function") check("cut", "rate", rate, share);
  checkRng("cut", "rng", rng);
  for (const [name, positions] of pattern) {
    const given = scores.get(name);
    if (given?.length !== positions.length) {
      throw new RangeError(`cut: "${name}" has ${given?.length ?? "no"} scores for ${positions.length} weights`);
    }
    const nan = given.findIndex(Number.isNaN);
    if (nan >= 0) throw new RangeError(`cut: the score of "${name}" at position ${positions[nan]} is NaN`);
  }
  return scope === "local" ? cutEach(pattern, scores, rate, rng) : cutAll(pattern, scores, rate, rng);
}

function cutEach(pattern: Pattern, scores: Values, rate: CutOptions["rate"], rng: Rng): Pattern {
  return new Map(
    Array.from(pattern, ([name, positions]) => {
      const share = typeof rate === "number" ? rate : rateOf(name, rate(name));
      const gone = lowest(scores.get(name)!, Math.round(share * positions.length), rng.split(name));
      return [name, positions.filter((_, i) => gone[i] === 0)];
    }),
  );
}

function cutAll(pattern: Pattern, scores: Values, rate: CutOptions["rate"], rng: Rng): Pattern {
  if (typeof rate !== "number") throw new RangeError("cut: a global cut has one rate for all tensors");
  const pooled = new Float32Array([...pattern.values()].reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const name of pattern.keys()) {
    pooled.set(scores.get(name)!, at);
    at += scores.get(name)!.length;
  }
  const gone = lowest(pooled, Math.round(rate * pooled.length), rng.split("global"));
  let from = 0;
  return new Map(
    Array.from(pattern, ([name, positions]) => {
      const start = from;
      from += positions.length;
      return [name, positions.filter((_, i) => gone[start + i] === 0)];
    }),
  );
}

/** 1 for each of the `count` lowest scores. */
function lowest(scores: Float32Array, count: number, rng: Rng): Uint8Array {
  const gone = new Uint8Array(scores.length);
  if (count === 0) return gone;
  const limit = scores.toSorted()[count - 1]!;
  const ties: number[] = [];
  let left = count;
  for (let i = 0; i < scores.length; i++) {
    if (scores[i]! < limit) {
      gone[i] = 1;
      left--;
    } else if (scores[i] === limit) {
      ties.push(i);
    }
  }
  const order = rng.permutation(ties.length);
  for (let i = 0; i < left; i++) gone[ties[order[i]!]!] = 1;
  return gone;
}

function rateOf(name: string, rate: number): number {
  check("cut", `the rate of "${name}"`, rate, share);
  return rate;
}
