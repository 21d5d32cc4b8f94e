import type { Kind } from "../../arguments/kinds.ts";

/**
 * Densities of a weight up to which computing with what is stored is faster; beyond them the weight is written out and
 * the dense kernel runs. They are decided by pattern and shape alone, and change no bit of finite numbers. Measured,
 * for each width of vectors anew: see benchmarks/break-evens.ts.
 */
export interface BreakEvens {
  /** From which a weight is written out, and collected, by bits and not one element after another. */
  readonly bits: number;
  /**
   * Of `matmul` and convolutions along time, by a weight: of `m` rows `one + (many − one) · m / (m + half)`. The fewer
   * they are, the more it counts that the sparse kernel first prepares the weight.
   */
  readonly product: { readonly one: number; readonly many: number; readonly half: number };
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

/**
 * Those of the WebAssembly kernels: of 256 bits as `npm run bench -- break-evens --width 256` measures them on a Zen 4, of 128 bits between
 * its figures and older ones of a Xeon. Dense kernels gain more by the width than sparse ones.
 */
export const BREAK_EVENS: Readonly<Record<128 | 256, BreakEvens>> = {
  128: {
    bits: 0.35,
    product: { one: 0.22, many: 0.68, half: 33 },
    values: 0.21,
    gradient: 0.55,
    rows: 0.7,
    kernels: 0.17,
    recurrent: { few: 0.5, many: 0.58 },
  },
  256: {
    bits: 0.35,
    product: { one: 0.19, many: 0.41, half: 36 },
    values: 0.12,
    gradient: 0.33,
    rows: 0.6,
    kernels: 0.13,
    recurrent: { few: 0.36, many: 0.37 },
  },
};

export const densities: Kind = {
  words: "BreakEvens: a number from 0 for each kind of work",
  accepts: (value) => isLike(BREAK_EVENS[128], value),
};

/** Whether it has the properties of `example`, and numbers from 0 where that has numbers. */
function isLike(example: unknown, value: unknown): boolean {
  if (typeof example === "number") return typeof value === "number" && value >= 0;
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(example as object).every(([key, part]) =>
    isLike(part, (value as Record<string, unknown>)[key]),
  );
}
