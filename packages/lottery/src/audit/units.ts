import type { UnitGroup } from "@ltt/layers";
import type { Expectation } from "../expectation.ts";
import { RunFolderError } from "../run-folder-error.ts";
import type { AuditedNetwork } from "./audited-files.ts";
import { type Check, samePositions } from "./check.ts";
import { type Part, sizeOf } from "./part.ts";

type Of<Kind extends Expectation["kind"]> = Check<Extract<Expectation, { readonly kind: Kind }>>;

export const unitsRemoved: Of<"unitsRemoved"> = {
  words: "Units were removed whole, exactly their share",
  fault: async (network, files, { rate, parent: name, pool }) => {
    const parent = await files.network(name);
    const groups = groupsOf(network);
    const [before, left] = [leftIn(groups, parent.trained), leftIn(groups, network.start)];
    for (const competing of pool === "all" ? [groups] : groups.map((group) => [group])) {
      const count = (units: Left) => competing.reduce((sum, group) => sum + units.get(group)!.size, 0);
      const most = count(before) - competing.length; // one unit of each layer stays
      const expected = count(before) - Math.min(most, Math.round(rate * count(before)));
      if (count(left) === expected) continue;
      const names = competing.map((group) => group.name).join(", ");
      return `${names}: ${count(left)} units are left of ${count(before)}, not ${expected}`;
    }
    return partlyRemoved(network, parent.trained, left);
  },
};

export const lowestUnitsBy: Of<"lowestUnitsBy"> = {
  words: "Cuts removed the units with the lowest scores",
  fault: async (network, files, { criterion, weights, pool }) => {
    const score = SCORES.get(criterion);
    if (score === undefined) return { unchecked: `the criterion "${criterion}" needs what no file holds` };
    const scored = await files.weights(weights, network.graph);
    const groups = groupsOf(network);
    const [before, left] = [leftIn(groups, scored), leftIn(groups, network.start)];
    for (const competing of pool === "all" ? [groups] : groups.map((group) => [group])) {
      let [smallestKept, largestGone] = [Infinity, -Infinity];
      for (const group of competing) {
        const [scores, kept] = [score(group, scored), left.get(group)!];
        for (const unit of before.get(group)!) {
          if (!kept.has(unit)) largestGone = Math.max(largestGone, scores[unit]!);
          else if (kept.size > 1) smallestKept = Math.min(smallestKept, scores[unit]!); // the last of a layer stays
        }
      }
      if (largestGone > smallestKept) return competing.map(({ name }) => name).join(", ");
    }
    return undefined;
  },
};

type Left = ReadonlyMap<UnitGroup, ReadonlySet<number>>;
type UnitPart = UnitGroup["weights"][number];

/** Scores of all units, computed here, and not by the code that cut. */
const SCORES: ReadonlyMap<string, (group: UnitGroup, part: Part) => Float64Array> = new Map([
  ["l1-norm", (group, part) => sizesOf(group, group.weights, part)],
  [
    "batch-norm-gamma",
    (group, part) => sizesOf(group, group.norm === undefined ? [] : [first(group.norm.gamma)], part),
  ],
]);

/** `Σ |w|` of each unit over some tensors. */
function sizesOf(group: UnitGroup, parts: readonly UnitPart[], { mask, values, shapes }: Part): Float64Array {
  const sums = new Float64Array(group.count);
  for (const part of parts) {
    const unitOf = unitsAt(group, part, shapes.get(part.tensor)!);
    const own = values.get(part.tensor)!;
    for (const [i, at] of mask.get(part.tensor)!.entries()) sums[unitOf(at)]! += Math.abs(own[i]!);
  }
  return sums;
}

/** Units that may be cut: dimensions of embeddings stay. */
function groupsOf({ units, hash }: AuditedNetwork): readonly UnitGroup[] {
  if (units.length === 0) throw new RunFolderError(`node ${hash}: units.json is missing`);
  return units.filter(({ kind }) => kind !== "dimensions");
}

/** The units of which a part of a network has something. */
function leftIn(groups: readonly UnitGroup[], { mask, shapes }: Part): Left {
  return new Map(
    groups.map((group) => {
      const left = new Set<number>();
      for (const part of makesOf(group)) {
        const unitOf = unitsAt(group, part, shapes.get(part.tensor)!);
        for (const at of mask.get(part.tensor)!) left.add(unitOf(at));
      }
      return [group, left];
    }),
  );
}

/** The first tensor that has other weights than the units that are left leave of what there was before. */
function partlyRemoved({ start }: AuditedNetwork, before: Part, left: Left): string | undefined {
  const expected = new Map(before.mask);
  for (const [group, units] of left)
    for (const part of [...makesOf(group), ...group.reads]) {
      const unitOf = unitsAt(group, part, before.shapes.get(part.tensor)!);
      const isLeft = (at: number) => unitOf(at) === -1 || units.has(unitOf(at));
      expected.set(part.tensor, expected.get(part.tensor)!.filter(isLeft));
    }
  for (const [name, positions] of expected) {
    const own = start.mask.get(name)!;
    if (!samePositions(own, positions))
      return `${name}: ${own.length} weights are left where whole units leave ${positions.length}`;
  }
  return undefined;
}

function makesOf({ weights, biases, norm }: UnitGroup): readonly UnitPart[] {
  return [...weights, ...biases, ...(norm === undefined ? [] : [first(norm.gamma), first(norm.beta)])];
}

function first(tensor: string): UnitPart {
  return { tensor, axis: 0 };
}

/** The unit that each position of a tensor belongs to; −1: to none of the group. */
function unitsAt(
  { count }: UnitGroup,
  { axis, offsets = [0], width = 1 }: UnitPart,
  shape: readonly number[],
): (position: number) => number {
  const units = new Int32Array(shape[axis]!).fill(-1);
  for (const offset of offsets) for (let i = 0; i < count * width; i++) units[offset + i] = Math.floor(i / width);
  const inner = sizeOf(shape.slice(axis + 1));
  return (position) => units[Math.floor(position / inner) % units.length]!;
}
