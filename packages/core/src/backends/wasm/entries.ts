import type { Csc, PatternLayouts, StoredWeight } from "../../kernels/kernels.ts";
import type { Region } from "./memory.ts";

/** A weight in linear memory. */
export type Weight = Region | StoredWeight;

/** `Csc`, as it lies in linear memory. */
export interface Entries extends Csc {
  readonly indptr: Region;
  readonly indices: Region;
  readonly permutation: Region | undefined;
}

/** Pointers to a layout, 0 for the permutation where entries lie as their values do. */
export type EntryPointers = readonly [indptr: number, indices: number, permutation: number];

export function pointersOf({ indptr, indices, permutation }: Entries): EntryPointers {
  return [indptr.pointer, indices.pointer, permutation?.pointer ?? 0];
}

export function rowsOf(pattern: PatternLayouts): Entries {
  return pattern.byRows() as Entries;
}

export function columnsOf(pattern: PatternLayouts): Entries {
  return pattern.byColumns() as Entries;
}

export function valuesOf({ values }: StoredWeight): Region {
  return values as Region;
}

export const densityOf = ({ indices, columns, inner }: Csc): number => indices.length / Math.max(1, columns * inner);

/**
 * Of a block-diagonal weight by its rows, `[groups·outputs, groups·inputs]`: the entries of a group's block, and where
 * its dense twin `[groups·outputs, inputs]` has that block, less the columns before it, by which the entries' places
 * are too large. In bytes.
 */
export function blockOf(
  weight: Entries,
  group: number,
  { outputs, inputs }: { outputs: number; inputs: number },
): { entries: EntryPointers; at: number } {
  const [indptr, indices, permutation] = pointersOf(weight);
  return { entries: [indptr + group * outputs * 4, indices, permutation], at: group * (outputs - 1) * inputs * 4 };
}
