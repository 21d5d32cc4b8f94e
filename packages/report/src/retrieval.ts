import type { LevelResult } from "@ltt/lottery";
import { costOf, type Uses } from "./cost.ts";

/** What is saved where a mask is found before dense training ends. Fractions of what cutting the trained dense network once takes. */
export interface Retrieval {
  /** Steps of dense training that the search saw. */
  readonly searched: number;
  /** Of the search: `1 − searched / T`, T the steps of the dense network; so much of its FLOPs too, for all its steps cost the same. */
  readonly savedSteps: number;
  /**
   * Of search and training together: `1 − (searched · D + s · M) / (T · D + s · M)`, s the steps that the network itself was trained for, D
   * and M the multiplications of an example, dense and sparse, to which FLOPs are in proportion. `undefined` where multiplications are not
   * known.
   */
  readonly savedFlops: number | undefined;
}

/** `undefined` if a network's mask is that of whole trainings, or there is no dense network to compare with. */
export function retrievalOf(
  level: Pick<LevelResult, "searchedSteps" | "firstStep" | "steps" | "tensors">,
  dense: Pick<LevelResult, "steps" | "tensors"> | undefined,
  uses: Uses | undefined,
): Retrieval | undefined {
  const { searchedSteps: searched, firstStep, steps } = level;
  if (searched === undefined || dense === undefined || dense.steps === 0) return undefined;
  const [own, whole] = [costOf(level, uses).multiplications, costOf(dense, uses).multiplications];
  const flops = (search: number) => search * whole! + (steps - firstStep) * own!;
  const isKnown = own !== undefined && whole !== undefined && flops(dense.steps) > 0;
  const savedFlops = isKnown ? 1 - flops(searched) / flops(dense.steps) : undefined;
  return { searched, savedSteps: 1 - searched / dense.steps, savedFlops };
}
