import type { BreakEvens } from "@ltt/core";

/** Measured by `npm run bench -- break-evens --backend native`, for each width. */
export const BREAK_EVENS: Readonly<Record<256 | 512, BreakEvens>> = {
  256: { product: 0.6, values: 0.2, gradient: 0.5, rows: 0.7, kernels: 0.18, recurrent: { few: 0.45, many: 0.55 } },
  512: { product: 0.6, values: 0.2, gradient: 0.5, rows: 0.7, kernels: 0.18, recurrent: { few: 0.45, many: 0.55 } },
};
