import { storedPositions, type Weight } from "@ltt/core";
import { checkWeights } from "./pattern.ts";

export const PARTS = [
  "words",
  "dimensions",
  "filters",
  "taps",
  "channels",
  "gates",
  "inputs",
  "states",
  "units",
  "outputs",
] as const;
type Part = (typeof PARTS)[number];

/**
 * A kind of part of a tensor, and how many of them hold no stored weight: structure that fell away by itself, where
 * single weights were pruned.
 *
 * - of an embedding `[words, dim]`: `words` and `dimensions`;
 * - of a convolution `[width, channels, filters]`: `filters`, `taps` (a filter's weights at one place of its window) and `channels`;
 * - of an LSTM's `weight_ih` `[4·hidden, inputs]`: `gates` (rows) and `inputs` (columns); of its `weight_hh`
 *   `[4·hidden, hidden]`: `gates`, `states` (columns: units that no step reads) and `units`, those all of whose gates
 *   are empty in `weight_ih` as well, so that they know nothing of the text;
 * - of any other matrix `[outputs, inputs]`: `outputs` and `inputs`.
 */
export interface EmptyParts {
  readonly part: Part;
  readonly empty: number;
  readonly of: number;
}

/** What of each tensor is left without a stored weight, by its name; see `EmptyParts`. Whole tensors and vectors have nothing to tell. */
export function emptyParts(weights: ReadonlyMap<string, Weight>): Map<string, readonly EmptyParts[]> {
  checkWeights("emptyParts", "weights", weights);
  return new Map(Array.from(weights, ([name, weight]) => [name, partsOf(name, weight, weights)]));
}

function partsOf(name: string, weight: Weight, weights: ReadonlyMap<string, Weight>): EmptyParts[] {
  const { shape } = weight;
  const positions = storedPositions(weight);
  if (positions === undefined) return [];
  const parts = (part: Part, of: number, partOf: (position: number) => number): EmptyParts => ({
    part,
    empty: without(used(positions, of, partOf)),
    of,
  });
  if (shape.length === 3) {
    const [width, channels, filters] = shape as readonly [number, number, number];
    const tap = channels * filters;
    return [
      parts("filters", filters, (at) => at % filters),
      parts("taps", width * filters, (at) => Math.floor(at / tap) * filters + (at % filters)),
      parts("channels", channels, (at) => Math.floor(at / filters) % channels),
    ];
  }
  if (shape.length !== 2) return [];
  const [rows, columns] = shape as readonly [number, number];
  const row = (at: number) => Math.floor(at / columns);
  const byRowsAndColumns = (of: Part, and: Part) => [parts(of, rows, row), parts(and, columns, (at) => at % columns)];
  if (isEmbedding(name)) return byRowsAndColumns("words", "dimensions");
  if (/(^|\.)weight_ih_l\d/.test(name)) return byRowsAndColumns("gates", "inputs");
  if (!/(^|\.)weight_hh_l\d/.test(name)) return byRowsAndColumns("outputs", "inputs");

  const unit = (at: number, row: number) => Math.floor(at / row) % columns; // gates i, f, g, o lie one below the other
  const reading = used(positions, columns, (at) => unit(at, columns));
  const input = weights.get(name.replace("weight_hh", "weight_ih"));
  const reads = input && storedPositions(input);
  if (reads !== undefined) {
    const inputs = input!.shape[1]!;
    for (const at of reads) reading[unit(at, inputs)] = 1;
  } else reading.fill(1);
  return [...byRowsAndColumns("gates", "states"), { part: "units", empty: without(reading), of: columns }];
}

/** 1 for each part that a position lies in. */
function used(positions: Int32Array, parts: number, partOf: (position: number) => number): Uint8Array {
  const found = new Uint8Array(parts);
  for (const at of positions) found[partOf(at)] = 1;
  return found;
}

function without(used: Uint8Array): number {
  return used.length - used.reduce((sum, one) => sum + one, 0);
}

/** Whether a tensor lies under the name `embedding`. */
function isEmbedding(name: string): boolean {
  return name.split(".").includes("embedding");
}
