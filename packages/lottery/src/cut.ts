import type { Rng } from "@ltt/core";
import { anything, callable, check, checkOptions, checkRng, type Kinds, oneOf } from "@ltt/core/arguments";
import { share } from "./kinds.ts";
import { kthLargest } from "./kth-largest.ts";
import { checkPattern, checkValues, type Pattern, type Values } from "./pattern.ts";

/** What weights compete with each other to stay: those of a tensor, those of a group of tensors, or all. */
export const POOLS = ["tensor", "group", "all"] as const;
export type Pool = (typeof POOLS)[number];

export interface CutOptions {
  /** The fraction of what is left that goes from each pool, in `[0,1]`: a number, or by the name of the pool, a tensor's or a group's. */
  readonly rate: number | ((name: string) => number);
  /** Tensors that are kept whole and are in no pool. Default: none. */
  readonly exclude?: ((tensor: string) => boolean) | undefined;
  /** Default `tensor`. */
  readonly pool?: Pool;
  /** The group of a tensor, by its name; only of the pool `group`. */
  readonly group?: ((tensor: string) => string) | undefined;
  /** Orders equal scores. */
  readonly rng: Rng;
}

/** The random stream has a check of its own, and the rate one for each tensor. */
const OPTIONS: Kinds<CutOptions> = {
  rate: anything,
  exclude: callable,
  pool: oneOf(...POOLS),
  group: callable,
  rng: anything,
};

/**
 * Removes exactly `round(rate · left)` weights of each pool, those with the lowest scores. Equal scores go in the order
 * of a seeded permutation of the positions, never by a threshold, which would take them all.
 *
 * @param scores - One for each position of the pattern, in its order.
 * @returns a pattern within the old one.
 * @throws {RangeError} if a rate is outside [0,1], or scores are missing, too many, too few or NaN.
 * @throws {TypeError} if an option is unknown or of the wrong kind.
 */
export function cut(pattern: Pattern, scores: Values, options: CutOptions): Pattern {
  checkPattern("cut", "pattern", pattern);
  checkValues("cut", "scores", scores);
  const { rate, pool = "tensor", group, rng } = checkOptions("cut", options, OPTIONS);
  if (typeof rate !== "function") check("cut", "rate", rate, share);
  else if (pool === "all") throw new RangeError("cut: weights of all tensors are pooled: there is one rate for all");
  checkRng("cut", "rng", rng);
  if (pool === "group") check("cut", "group", group, callable);
  for (const [name, positions] of pattern) {
    const given = scores.get(name);
    if (given?.length !== positions.length) {
      throw new RangeError(`cut: "${name}" has ${given?.length ?? "no"} scores for ${positions.length} weights`);
    }
    for (let i = 0; i < given.length; i++) {
      if (Number.isNaN(given[i]))
        throw new RangeError(`cut: the score of "${name}" at position ${positions[i]} is NaN`);
    }
  }
  const kept = new Map(pattern);
  for (const { name, tensors, rate } of poolsOf(pattern.keys(), options))
    cutPool(pattern, scores, tensors, rate, rng.split(name), kept);
  return kept;
}

/** Tensors whose weights compete with each other. */
export interface CutPool {
  readonly name: string;
  readonly tensors: readonly string[];
  /** The fraction of what is left that goes. */
  readonly rate: number;
}

/** What competes in a cut of these tensors. */
export function poolsOf(names: Iterable<string>, options: Omit<CutOptions, "rng">): CutPool[] {
  const { rate, exclude = () => false, pool = "tensor", group } = options;
  const poolOf = { tensor: (name: string) => name, group: group!, all: () => "global" }[pool];
  const pooled = [...names].filter((tensor) => !exclude(tensor));
  return Array.from(new Set(pooled.map(poolOf)), (name) => ({
    name,
    tensors: pooled.filter((tensor) => poolOf(tensor) === name),
    rate: typeof rate === "number" ? rate : rateOf(name, rate(name)),
  }));
}

/** Cuts tensors whose weights compete with each other. */
function cutPool(
  pattern: Pattern,
  scores: Values,
  tensors: readonly string[],
  rate: number,
  rng: Rng,
  kept: Map<string, Int32Array>,
): void {
  const pooled = new Float32Array(tensors.reduce((sum, name) => sum + pattern.get(name)!.length, 0));
  let end = 0;
  for (const name of tensors) {
    pooled.set(scores.get(name)!, end);
    end += scores.get(name)!.length;
  }
  const gone = lowest(pooled, Math.round(rate * pooled.length), rng);
  let from = 0;
  for (const name of tensors) {
    const positions = pattern.get(name)!;
    kept.set(name, without(positions, gone.subarray(from, from + positions.length)));
    from += positions.length;
  }
}

/** The positions that have 0. A plain loop: `filter` takes five times as long. */
function without(positions: Int32Array, gone: Uint8Array): Int32Array {
  const kept = new Int32Array(positions.length);
  let n = 0;
  for (let i = 0; i < positions.length; i++) if (gone[i] === 0) kept[n++] = positions[i]!;
  return kept.slice(0, n);
}

/** 1 for each of the `count` lowest scores. */
function lowest(scores: Float32Array, count: number, rng: Rng): Uint8Array {
  const gone = new Uint8Array(scores.length);
  if (count === 0) return gone;
  const limit = kthLargest(scores, scores.length - count + 1);
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
