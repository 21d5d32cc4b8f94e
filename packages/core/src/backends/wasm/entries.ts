import type { Csc } from "../../kernels/kernels.ts";
import type { Region } from "./memory.ts";

/** `Csc`, as it lies in linear memory. */
export interface Entries extends Csc {
  readonly indptr: Region;
  readonly indices: Region;
  readonly permutation: Region | undefined;
}

/** `PackedRows`, likewise. */
export interface Packed {
  readonly values: Region;
  readonly table: Csc;
  readonly ids: Region;
}

export const densityOf = ({ indices, columns, inner }: Csc): number => indices.length / Math.max(1, columns * inner);
