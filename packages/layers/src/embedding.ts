import { embedding, type Rng, type Shape, type Tensor, type Tokens, type WeightMatrix } from "@ltt/core";
import {
  callable,
  check,
  checkOptions,
  checkRng,
  checkTokens,
  finite,
  flag,
  floats,
  type Kinds,
  list,
  object,
  positive,
} from "@ltt/core/arguments";
import { type Initialiser, parameter } from "./initialiser.ts";
import { normal } from "./initialisers.ts";
import { Module } from "./module.ts";

export interface EmbeddingOptions {
  readonly rows: number;
  readonly dim: number;
  /** The row that starts at 0 and gets no gradient, as `padding_idx` in PyTorch. Default: there is none. */
  readonly paddingId?: number | undefined;
  /** Rows that start at 0 but are trained. Default: none. */
  readonly zeroRows?: readonly number[];
  /** The table keeps its initial values, as `freeze=True` of PyTorch's `Embedding.from_pretrained`: it has no gradient. Default false. */
  readonly frozen?: boolean;
  /** Default N(0, 1), as in PyTorch. */
  readonly initialisers?: { readonly weight?: Initialiser };
}

/** What models let their callers choose. */
export const EMBEDDING_OPTIONS: Kinds<Pick<EmbeddingOptions, "initialisers" | "frozen">> = {
  initialisers: object,
  frozen: flag,
};

const OPTIONS: Kinds<EmbeddingOptions> = {
  rows: positive,
  dim: positive,
  paddingId: finite,
  zeroRows: list,
  ...EMBEDDING_OPTIONS,
};

/** A table of vectors, one a token: `[…] → […, dim]`. */
export class Embedding extends Module {
  /** `[rows, dim]` */
  readonly weight: WeightMatrix;
  readonly paddingId: number | undefined;

  /**
   * @throws {TypeError} if an option is unknown or of the wrong kind, or there is no stream.
   * @throws {RangeError} if a size is not an integer from 1, or there is no such row.
   */
  constructor(options: EmbeddingOptions, rng: Rng) {
    super();
    const checked = checkOptions("Embedding", options, OPTIONS, ["rows", "dim"]);
    const { rows, dim, paddingId, zeroRows = [], frozen = false, initialisers = {} } = checked;
    checkOptions("Embedding: initialisers", initialisers, { weight: callable });
    checkRng("Embedding", "rng", rng);
    for (const [i, row] of zeroRows.entries()) check("Embedding", `zeroRows[${i}]`, row, finite);
    const zeros = paddingId === undefined ? zeroRows : [...zeroRows, paddingId];
    for (const row of zeros) {
      if (!Number.isInteger(row) || row < 0 || row >= rows) {
        const option = row === paddingId ? "paddingId" : "zeroRows";
        throw new RangeError(`Embedding: ${option}: there is no row ${row} in a table of rows 0–${rows - 1}`);
      }
    }
    const { weight: initial = normal() } = initialisers;
    const initialWithZeros: Initialiser = (shape, stream) => {
      const values = initial(shape, stream);
      check("Embedding", "what the initialiser gave", values, floats);
      for (const row of zeros) values.fill(0, row * dim, (row + 1) * dim);
      return values;
    };
    this.weight = parameter([rows, dim], initialWithZeros, rng.split("weight"), { frozen });
    this.paddingId = paddingId;
  }

  forward<S extends Shape>(ids: Tokens<S>): Tensor<readonly [...S, number]> {
    checkTokens("Embedding", "ids", ids);
    return embedding(this.weight, ids, { paddingId: this.paddingId });
  }
}
