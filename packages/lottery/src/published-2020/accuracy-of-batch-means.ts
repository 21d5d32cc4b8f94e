import { mean } from "../statistics.ts";
import type { Accuracy } from "../training-options.ts";

/** The mean of the batches' accuracies: the last batch, which is smaller, counts as much as the others. */
export const accuracyOfBatchMeans: Accuracy = (scores, sizes) => {
  let at = 0;
  return mean(
    sizes.map((size) => {
      at += size;
      return mean(Array.from(scores.subarray(at - size, at)));
    }),
  );
};
