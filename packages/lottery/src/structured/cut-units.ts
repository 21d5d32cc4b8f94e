import type { Rng } from "@ltt/core";
import type { UnitGroup } from "@ltt/layers";
import { eachPosition, makesOf, somePosition } from "@ltt/layers/units";
import type { Pattern } from "../pattern.ts";
import type { UnitPool } from "./unit-criteria.ts";
import type { LeftUnits, UnitScores } from "./unit-criterion.ts";

/** The groups that are cut: dimensions of an embedding are what words are told apart by, and stay. */
export function cuttable(groups: readonly UnitGroup[]): readonly UnitGroup[] {
  return groups.filter(({ kind }) => kind !== "dimensions");
}

/** The units of each group of which a mask has something. */
export function unitsLeft(
  groups: readonly UnitGroup[],
  mask: Pattern,
  shapes: ReadonlyMap<string, readonly number[]>,
): LeftUnits[] {
  const stored = new Map(Array.from(mask, ([name, positions]) => [name, marked(positions, sizeOf(shapes.get(name)!))]));
  return groups.map((group) => {
    const isLeft = (unit: number) =>
      makesOf(group).some((part) => {
        const own = stored.get(part.tensor);
        return own !== undefined && somePosition(part, shapes.get(part.tensor)!, unit, (at) => own[at] === 1);
      });
    return { group, left: Array.from({ length: group.count }, (_, unit) => unit).filter(isLeft) };
  });
}

/**
 * Removes exactly `round(rate · left)` units of each pool, those with the lowest scores, with all that makes them and
 * all that reads them. Equal scores go in a seeded order. One unit of each group stays, since nothing would reach the
 * output: where all groups are one pool, the next lowest of another goes instead.
 *
 * @returns a mask within the old one.
 */
export function cutUnits(
  mask: Pattern,
  shapes: ReadonlyMap<string, readonly number[]>,
  groups: readonly LeftUnits[],
  scores: UnitScores,
  { rate, pool, rng }: { readonly rate: number; readonly pool: UnitPool; readonly rng: Rng },
): Pattern {
  const pools = pool === "all" ? [groups] : groups.map((group) => [group]);
  const gone = new Map<string, Uint8Array>(
    Array.from(mask.keys(), (name) => [name, new Uint8Array(sizeOf(shapes.get(name)!))]),
  );
  for (const competing of pools)
    for (const { group, unit } of lowest(competing, scores, rate, rng))
      for (const part of [...makesOf(group), ...group.reads]) {
        const own = gone.get(part.tensor);
        if (own !== undefined)
          eachPosition(part, shapes.get(part.tensor)!, unit, (at) => {
            own[at] = 1;
          });
      }
  return new Map(Array.from(mask, ([name, positions]) => [name, positions.filter((at) => gone.get(name)![at] === 0)]));
}

interface Scored {
  readonly group: UnitGroup;
  readonly unit: number;
  readonly score: number;
  /** Its place among equals. */
  readonly tie: number;
}

function lowest(groups: readonly LeftUnits[], scores: UnitScores, rate: number, rng: Rng): Scored[] {
  const scored = groups.flatMap(({ group, left }): Scored[] => {
    const own = scores.get(group.name);
    if (own?.length !== left.length)
      throw new RangeError(`cutUnits: "${group.name}" has ${own?.length ?? "no"} scores for ${left.length} units`);
    const ties = rng.split(group.name).permutation(left.length);
    return left.map((unit, i) => {
      const score = own[i]!;
      if (Number.isNaN(score)) throw new RangeError(`cutUnits: the score of unit ${unit} of "${group.name}" is NaN`);
      return { group, unit, score, tie: ties[i]! };
    });
  });
  const left = new Map(groups.map(({ group, left }) => [group, left.length]));
  let count = Math.round(rate * scored.length);
  return scored
    .sort((a, b) => a.score - b.score || a.tie - b.tie)
    .filter(({ group }) => {
      if (count === 0 || left.get(group) === 1) return false;
      count--;
      left.set(group, left.get(group)! - 1);
      return true;
    });
}

function marked(positions: Int32Array, size: number): Uint8Array {
  const marks = new Uint8Array(size);
  for (const at of positions) marks[at] = 1;
  return marks;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
