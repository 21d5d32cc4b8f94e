import type { Rng } from "@ltt/core";

/**
 * The places of the `count` largest of some numbers above 0, ascending; fewer where there are fewer. Of those that
 * equal the smallest of them a seeded choice, never the first.
 *
 * Two histograms of 16 bits each find the limit, since the bits of numbers from 0 are in their order: a sort of a
 * million takes twenty times as long.
 *
 * @param values - Finite, from 0.
 */
export function largest(values: Float32Array, count: number, rng: Rng): Int32Array {
  if (count === 0) return new Int32Array();
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const limit = count < bits.length ? kthLargest(bits, count) : 0;
  const found = new Int32Array(Math.min(count, bits.length));
  const ties: number[] = [];
  let n = 0;
  for (let i = 0; i < bits.length; i++) {
    if (bits[i]! > limit) found[n++] = i;
    else if (bits[i] === limit && limit > 0) ties.push(i);
  }
  if (ties.length === 0) return found.subarray(0, n);
  const order = rng.permutation(ties.length);
  for (let i = 0; n < count; i++) found[n++] = ties[order[i]!]!;
  return found.sort();
}

/** The k-th largest, k from 1. */
function kthLargest(bits: Uint32Array, k: number): number {
  const counts = new Uint32Array(1 << 16);
  for (let i = 0; i < bits.length; i++) counts[bits[i]! >>> 16]!++;
  const [high, left] = binOf(counts, k);
  counts.fill(0);
  for (let i = 0; i < bits.length; i++) if (bits[i]! >>> 16 === high) counts[bits[i]! & 0xffff]!++;
  return ((high << 16) | binOf(counts, left)[0]) >>> 0;
}

/** The bin that holds the k-th largest, and which one of the bin's largest it is. */
function binOf(counts: Uint32Array, k: number): readonly [bin: number, left: number] {
  let left = k;
  for (let bin = counts.length - 1; ; bin--) {
    if (counts[bin]! >= left) return [bin, left];
    left -= counts[bin]!;
  }
}
