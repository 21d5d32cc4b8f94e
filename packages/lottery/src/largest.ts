import type { Rng } from "@ltt/core";
import { kthLargest } from "./kth-largest.ts";

/**
 * The places of the `count` largest of some numbers above 0, ascending; fewer where there are fewer. Of those that
 * equal the smallest of them a seeded choice, never the first.
 *
 * @param values - Finite, from 0.
 */
export function largest(values: Float32Array, count: number, rng: Rng): Int32Array {
  if (count === 0) return new Int32Array();
  const limit = count < values.length ? kthLargest(values, count) : 0;
  const found = new Int32Array(Math.min(count, values.length));
  const ties: number[] = [];
  let n = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i]! > limit) found[n++] = i;
    else if (values[i] === limit && limit > 0) ties.push(i);
  }
  if (ties.length === 0) return found.subarray(0, n);
  const order = rng.permutation(ties.length);
  for (let i = 0; n < count; i++) found[n++] = ties[order[i]!]!;
  return found.sort();
}
