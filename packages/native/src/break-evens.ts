import type { BreakEvens } from "@ltt/core";

/**
 * Measured by `npm run bench -- break-evens --backend native-256,native-512`, whose figures these round: of a Xeon with AVX-512, one
 * thread, user time, medians of 9, beside much other work. The dense kernels gained more by the width than the sparse ones where results do
 * not lie side by side: gradients.
 */
export const BREAK_EVENS: Readonly<Record<256 | 512, BreakEvens>> = {
  256: {
    bits: 0.2,
    product: 0.65,
    values: 0.2,
    gradient: 0.5,
    rows: 0.7,
    kernels: 0.11,
    recurrent: { few: 0.45, many: 0.6 },
  },
  512: {
    bits: 0.1,
    product: 0.6,
    values: 0.12,
    gradient: 0.25,
    rows: 0.6,
    kernels: 0.11,
    recurrent: { few: 0.5, many: 0.5 },
  },
};
