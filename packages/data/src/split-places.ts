import type { Rng } from "@ltt/core";

/** What of texts decides how they are divided: the class of each, and the number of the group that stays together. */
export interface Grouped {
  readonly labels: Int32Array;
  /** From 0; texts of one number are repeats of each other. */
  readonly groups: Int32Array;
}

/**
 * Two parts of the texts, as places in rising order: the first of `round(fraction · n)`, each class in proportion, texts of a group kept
 * together.
 *
 * Repeats go first, while there is room for them anywhere: each group to a side with the odds of the room left there.
 */
export function dividePlaces({ labels, groups }: Grouped, fraction: number, rng: Rng): [Int32Array, Int32Array] {
  const n = labels.length;
  const sizes = classSizes(labels);
  const first = quotas(sizes, Math.round(fraction * n));
  const rooms = [first, sizes.map((size, label) => size - first[label]!)] as const;
  const totals: [number, number] = [sum(rooms[0]), sum(rooms[1])]; // of the classes with room left

  const side = new Uint8Array(n);
  const overfull: [number, number] = [Infinity, Infinity]; // the least class with more texts than room
  const put = (place: number, to: 0 | 1) => {
    const label = labels[place]!;
    const left = --rooms[to][label]!;
    if (left >= 0) totals[to]--;
    else overfull[to] = Math.min(overfull[to], label);
    side[place] = to;
  };

  const order = rng.permutation(n);
  const { repeated, single } = groupPlaces(groups, order);
  for (const group of repeated) {
    const drawn = rng.below(totals[0] + totals[1]) < totals[0] ? 0 : 1;
    const other = drawn === 0 ? 1 : 0;
    const counts = new Map<number, number>();
    for (const place of group) counts.set(labels[place]!, (counts.get(labels[place]!) ?? 0) + 1);
    // An overfull class also closes a side to groups of later classes: no rule, but published splits were made so.
    const last = Math.max(...counts.keys());
    const fits = (to: 0 | 1) => overfull[to] > last && [...counts].every(([label, n]) => n <= rooms[to][label]!);
    const to = fits(drawn) || !fits(other) ? drawn : other;
    for (const place of group) put(place, to);
  }
  for (const place of single) put(place, rooms[0][labels[place]!]! > 0 ? 0 : 1);

  const placesOf = (wanted: number) => Int32Array.from(side.keys()).filter((place) => side[place] === wanted);
  return [placesOf(0), placesOf(1)];
}

/** `size` of the places, each class in proportion, in their order. */
export function subsetPlaces(labels: Int32Array, size: number, rng: Rng): Int32Array {
  const left = quotas(classSizes(labels), size);
  const chosen = new Uint8Array(labels.length);
  for (const place of rng.permutation(labels.length)) {
    if (left[labels[place]!]!-- > 0) chosen[place] = 1;
  }
  return Int32Array.from(chosen.keys()).filter((place) => chosen[place] === 1);
}

/** Groups of several texts, and the places of the others, both in the order in which they are met. */
function groupPlaces(groups: Int32Array, order: Int32Array): { repeated: number[][]; single: number[] } {
  const sizes = classSizes(groups);
  const repeated = new Map<number, number[]>();
  const single: number[] = [];
  for (const place of order) {
    const group = groups[place]!;
    if (sizes[group] === 1) single.push(place);
    else if (repeated.has(group)) repeated.get(group)!.push(place);
    else repeated.set(group, [place]);
  }
  return { repeated: [...repeated.values()], single };
}

/** How often each number stands there. */
function classSizes(labels: Int32Array): number[] {
  const sizes: number[] = [];
  for (const label of labels) {
    while (sizes.length <= label) sizes.push(0);
    sizes[label]!++;
  }
  return sizes;
}

/** `total` divided in proportion to `sizes`, in integers, by largest remainder. */
function quotas(sizes: readonly number[], total: number): number[] {
  const all = sum(sizes);
  const parts = sizes.map((size) => Math.floor((size * total) / all));
  const remainders = sizes.map((size, label) => ({ label, rest: (size * total) % all }));
  remainders.sort((a, b) => b.rest - a.rest || a.label - b.label);
  const missing = total - sum(parts);
  for (const { label } of remainders.slice(0, missing)) parts[label]!++;
  return parts;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
