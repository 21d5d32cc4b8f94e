import type { Rng } from "@ltt/core";
import { cut } from "./cut.ts";
import { largest } from "./largest.ts";
import type { Pattern, Values } from "./pattern.ts";

/** The mask of a tensor after an exchange. */
export interface Exchanged {
  /** Ascending, as many as before. */
  readonly positions: Int32Array;
  /** Where each was among the positions before; −1 of one that has grown. */
  readonly from: Int32Array;
}

/** What is known of the weights that may grow in a tensor: positions, ascending, with `|∂L/∂w|`. All others have a gradient of 0. */
export interface Growth {
  readonly positions: Int32Array;
  readonly slopes: Float32Array;
}

/**
 * What stays when a fraction of each tensor's weights goes, the smallest: exactly `round(fraction · stored)`. A tensor
 * that is whole loses nothing, as nothing could grow in it.
 */
export function survivors(
  mask: Pattern,
  values: Values,
  sizes: ReadonlyMap<string, number>,
  fraction: number,
  rng: Rng,
): Pattern {
  const sparse = new Map([...mask].filter(([name, { length }]) => length < sizes.get(name)!));
  const magnitudes = new Map(Array.from(sparse.keys(), (name) => [name, values.get(name)!.map(Math.abs)]));
  return cut(sparse, magnitudes, { rate: fraction, rng });
}

/**
 * The positions of a tensor that take the place of those that went: where the gradient is largest, of all that did not
 * stay; where too few have one, and without `growth`, at random. What went may come back, as a new weight.
 *
 * @param count - How many grow.
 */
export function grown(
  kept: Int32Array,
  size: number,
  count: number,
  rng: Rng,
  growth: Growth = { positions: new Int32Array(), slopes: new Float32Array() },
): Int32Array {
  const { positions } = growth;
  const chosen = largest(freeSlopes(growth, kept), count, rng.split("ties")).map((place) => positions[place]!);
  const left = count - chosen.length;
  if (left === 0) return chosen;
  return merged(chosen, anywhere(merged(kept, chosen), size, left, rng.split("anywhere")));
}

/** The positions after an exchange, with where each comes from. */
export function exchanged(before: Int32Array, kept: Int32Array, grown: Int32Array): Exchanged {
  const positions = merged(kept, grown);
  let [at, next] = [0, 0];
  const from = positions.map((position) => {
    if (grown[next] === position) {
      next++;
      return -1;
    }
    while (before[at] !== position) at++;
    return at;
  });
  return { positions, from };
}

/** Values at the positions after an exchange: those of what stayed, 0 of what grew. */
export function carried(values: Float32Array, { from }: Exchanged): Float32Array {
  const found = new Float32Array(from.length);
  for (let i = 0; i < found.length; i++) if (from[i]! >= 0) found[i] = values[from[i]!]!;
  return found;
}

/** `|∂L/∂w|` of what is not among positions, 0 of what is. */
function freeSlopes({ positions, slopes }: Growth, kept: Int32Array): Float32Array {
  const free = slopes.slice();
  for (let i = 0, next = 0; i < positions.length && next < kept.length; i++) {
    while (kept[next]! < positions[i]!) next++;
    if (kept[next] === positions[i]) free[i] = 0;
  }
  return free;
}

/**
 * So many of the positions below a size that are not taken, each choice as likely: Floyd's, on their numbers (Bentley & Floyd, CACM 1987).
 */
function anywhere(taken: Int32Array, size: number, count: number, rng: Rng): Int32Array {
  const free = size - taken.length;
  const numbers = new Set<number>();
  for (let last = free - count; last < free; last++) {
    const number = rng.below(last + 1);
    numbers.add(numbers.has(number) ? last : number);
  }
  let passed = 0;
  return Int32Array.from(numbers)
    .sort()
    .map((number) => {
      // the number-th free position: after it come those taken at or before it
      while (passed < taken.length && taken[passed]! <= number + passed) passed++;
      return number + passed;
    });
}

/** Two ascending lists as one. */
function merged(a: Int32Array, b: Int32Array): Int32Array {
  const all = new Int32Array(a.length + b.length);
  let [i, j] = [0, 0];
  for (let n = 0; n < all.length; n++) {
    all[n] = j === b.length || (i < a.length && a[i]! < b[j]!) ? a[i++]! : b[j++]!;
  }
  return all;
}
