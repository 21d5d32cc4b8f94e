import type { LevelResult } from "@ltt/lottery";

/**
 * How often a weight of each tensor is used for one example of mean length, by name: of a convolution once a position, of an embedding
 * never, for rows are looked up.
 */
export type Uses = Readonly<Record<string, number>>;

/** What a network costs, counted. */
export interface Cost {
  /**
   * Multiplications for an example: stored weights × how often each is used; of matrices and kernels only. `undefined` where `uses` are not
   * known.
   */
  readonly multiplications: number | undefined;
  /** Of its tensors: 4 a value, and 4 a position where a tensor is stored in part; without headers. */
  readonly bytes: number;
}

/** The cost of a network, from what of its tensors is stored. */
export function costOf({ tensors }: Pick<LevelResult, "tensors">, uses: Uses | undefined): Cost {
  const bytes = tensors.reduce((sum, { size, kept }) => sum + (kept < size ? 8 * kept : 4 * size), 0);
  if (uses === undefined || tensors.length === 0) return { multiplications: undefined, bytes };
  const multiplications = tensors.reduce((sum, { name, kept }) => sum + kept * (uses[name] ?? 0), 0);
  return { multiplications, bytes };
}
