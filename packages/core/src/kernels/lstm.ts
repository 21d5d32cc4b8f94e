import type { Indices, Storage } from "./storage.ts";
import type { WeightStorage } from "./weight-storage.ts";

/** A step of `batch` sequences with `hidden` units. */
export interface LstmCellSize {
  readonly batch: number;
  readonly hidden: number;
}

/**
 * One LSTM layer over the real tokens of a batch, text after text: those of text b are the rows `starts[b]` …
 * `starts[b+1] − 1`.
 */
export interface LstmSize {
  readonly batch: number;
  readonly tokens: number;
  /** Of each direction. */
  readonly hidden: number;
  /** The second reads each text from its last token to its first. */
  readonly directions: 1 | 2;
}

/** A layer together with the product of its input. */
export interface LstmLayerSize extends LstmSize {
  /** Of x: as many as `places` choose from, or one a token. */
  readonly rows: number;
  /** Columns of x. */
  readonly input: number;
}

/** One step, and one layer, of an LSTM. Gates are in PyTorch's order: i, f, g, o. */
export interface LstmKernels {
  /**
   * One step, from the products of the input and of the hidden state with their weights, `[batch,4h]` each.
   *
   *     z = (input + biasIh) + (recurrent + biasHh)
   *     i, f, o = σ(z), g = tanh(z)                      → gates[batch,4h]
   *     c′ = f·c + i·g, h′ = o·tanh(c′)                  → states[batch,2h], h′ before c′
   */
  lstmCell(
    input: Storage,
    recurrent: Storage,
    biasIh: Storage,
    biasHh: Storage,
    c: Storage,
    gates: Storage,
    states: Storage,
    size: LstmCellSize,
  ): void;
  /** From dstates[batch,2h] and the operands and results of `lstmCell`, the gradients of z and c: dgates[batch,4h], dc[batch,h] */
  lstmCellGradient(
    dstates: Storage,
    gates: Storage,
    states: Storage,
    c: Storage,
    dgates: Storage,
    dc: Storage,
    size: LstmCellSize,
  ): void;

  /**
   * One layer, for each direction d along each text from a zero state. `projected[…,d·4h]` holds the products of the
   * input with its weights; several tokens may share a row: token n's is the row places[n], or the row n where `places`
   * is undefined. `recurrent[d·4h,h]` is `weight_hh`. Stored in part it is `[d·4h,d·h]`, both directions in one matrix,
   * with zeros where they would mix.
   *
   *     z = (projected[places[n]] + bias) + recurrent·h, added to it in the order of h; the first token read has no h
   *     i, f, o = σ(z), g = tanh(z)                      → gates[n,d·4h], where they are kept
   *     c = f·c + i·g, 0 below 2⁻⁹⁶                      → cells[n,d·h], where they are kept
   *     h = o·tanh(c)                                    → states[n,d·h]
   *
   * After the states of all tokens follow a row for each text, the cell state c that it ends with, and a row of zeros.
   * Without `places`, `gates` may be `projected`.
   */
  lstm(
    projected: Storage,
    places: Indices | undefined,
    bias: Storage,
    recurrent: WeightStorage,
    starts: Indices,
    gates: Storage | undefined,
    cells: Storage | undefined,
    states: Storage,
    size: LstmSize,
  ): void;
  /**
   * From dstates[tokens+batch+1,d·h] and the gates and cells of `lstm`, the gradient of z: dgates[tokens,d·4h], which
   * may be `gates`. Values below 2⁻⁹⁶ become 0.
   */
  lstmGates(
    dstates: Storage,
    gates: Storage,
    cells: Storage,
    recurrent: WeightStorage,
    starts: Indices,
    dgates: Storage,
    size: LstmSize,
  ): void;

  /**
   * The states of `lstm`, from x[rows,input] and `weightIh`, [d·4h,input], whose products are not kept: the bits of
   * `matmul` and `lstm`. Rows of x past `rows` are not read. A backend has this and the next, or neither.
   */
  lstmStates?(
    x: Storage,
    places: Indices | undefined,
    weightIh: WeightStorage,
    bias: Storage,
    recurrent: WeightStorage,
    starts: Indices,
    states: Storage,
    size: LstmLayerSize,
  ): void;
  /**
   * From dstates[tokens+batch+1,d·h] and the operands of `lstmStates`, the gradients that are not undefined. Gates and
   * cells, which nobody kept, are computed again: the bits of `matmul`, `lstm`, `lstmGates`, and, of
   * dprojected[rows,d·4h], which is the gates' gradient, or with `places` what `scatterRows` makes of it,
   *
   *     dx = dprojected · weightIh, by `matmul`; 0 in rows past `rows`
   *     dweightIh by `weightGradient` of x, dprojected
   *     dbias by `sum` of dprojected
   *     drecurrent by `weightGradient` of the states before each step, 0 before the first, and of the gates' gradient
   */
  lstmGradients?(
    dstates: Storage,
    x: Storage,
    places: Indices | undefined,
    weightIh: WeightStorage,
    bias: Storage,
    recurrent: WeightStorage,
    starts: Indices,
    dx: Storage | undefined,
    dweightIh: WeightStorage | undefined,
    dbias: Storage | undefined,
    drecurrent: WeightStorage | undefined,
    size: LstmLayerSize,
  ): void;
}
