/**
 * Densities of a weight up to which computing with what is stored is faster; beyond them the weight is written out and
 * the dense kernel runs. They are decided by pattern and shape alone, and change no bit of finite numbers. Measured,
 * for each width of vectors anew: see benchmarks/break-evens.ts.
 */
export interface BreakEvens {
  /** From which a weight is written out, and collected, by bits and not one element after another. */
  readonly bits: number;
  /** Of `matmul` and convolutions along time, by a weight. */
  readonly product: number;
  /** Of the gradient of such a weight. */
  readonly values: number;
  /** Of `weightGradient`. */
  readonly gradient: number;
  /** Of the table whose rows windows are made of. */
  readonly rows: number;
  /** Of the kernels of windows. */
  readonly kernels: number;
  /**
   * Of the LSTM's recurrent weight, of fewer units than 256 and of more: the dense weight of 256, a MiB, no longer fits
   * in a second-level cache of that size.
   */
  readonly recurrent: { readonly few: number; readonly many: number };
}

/** Those of the WebAssembly kernels. */
export const BREAK_EVENS: BreakEvens = {
  bits: 0.4,
  product: 0.6,
  values: 0.2,
  gradient: 0.5,
  rows: 0.7,
  kernels: 0.18,
  recurrent: { few: 0.45, many: 0.55 },
};
