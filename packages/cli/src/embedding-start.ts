import { type EmbeddingOptions, type Initialiser, initialisers } from "@ltt/layers";
import type { Json } from "@ltt/lottery";

/** What the rows of an embedding start from, as data: another process can be sent it. */
export interface EmbeddingStart {
  /** Not trained, hence not pruned. */
  readonly frozen: boolean;
  /** All that determines it; `undefined` for what every run had before there was a choice. */
  readonly identity: Json | undefined;
  /** Vectors that some rows are given; `undefined` where all are drawn N(0, 1). */
  readonly given: GivenVectors | undefined;
  /** Where all are drawn evenly from [−range, range] instead. */
  readonly range?: number | undefined;
}

interface GivenVectors {
  /** `[rows, dimensions]`, and whether a row has one. */
  readonly vectors: Float32Array;
  readonly found: Uint8Array;
  readonly dimensions: number;
  /** The standard deviation that other rows are drawn with. */
  readonly deviation: number;
}

export function embeddingOptions({
  frozen,
  given,
  range,
}: EmbeddingStart): Pick<EmbeddingOptions, "initialisers" | "frozen"> {
  if (range !== undefined)
    return { frozen, initialisers: { weight: initialisers.uniform({ low: -range, high: range }) } };
  if (given === undefined) return { frozen };
  const drawn = drawnLike(given);
  const weight: Initialiser = (shape, rng) => withVectors(drawn(shape, rng), given);
  return { frozen, initialisers: { weight } };
}

/** The same with numbers drawn at random in place of given ones, for the control; `undefined` where none are given. */
export function randomOptions({ frozen, given }: EmbeddingStart): ReturnType<typeof embeddingOptions> | undefined {
  return given && { frozen, initialisers: { weight: drawnLike(given) } };
}

function drawnLike({ deviation }: GivenVectors): Initialiser {
  return initialisers.normal({ standardDeviation: deviation });
}

/** A table with the vectors in the rows of the words that have one. */
function withVectors(table: Float32Array, { vectors, found, dimensions }: GivenVectors): Float32Array {
  for (const [row, has] of found.entries()) {
    if (has === 1) table.set(vectors.subarray(row * dimensions, (row + 1) * dimensions), row * dimensions);
  }
  return table;
}
