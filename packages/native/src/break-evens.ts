import type { BreakEvens } from "@ltt/core";

/**
 * Between those that `npm run bench -- break-evens --backend native-256,native-512` measures on a Xeon with AVX-512, whose vectors of 512
 * bits take one step, and on a Zen 4, where they take two. The dense kernels gained more by the width than the sparse ones where results do
 * not lie side by side: gradients.
 */
export const BREAK_EVENS: Readonly<Record<256 | 512, BreakEvens>> = {
  256: {
    bits: 0.13,
    product: { one: 0.15, many: 0.62, half: 57 },
    values: 0.2,
    gradient: 0.4,
    rows: 0.7,
    kernels: 0.11,
    recurrent: { few: 0.48, many: 0.57 },
  },
  512: {
    bits: 0.1,
    product: { one: 0.14, many: 0.66, half: 70 },
    values: 0.15,
    gradient: 0.28,
    rows: 0.68,
    kernels: 0.1,
    recurrent: { few: 0.55, many: 0.55 },
  },
};
