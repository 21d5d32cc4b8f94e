import { checkOptions, count, type Kinds, oneOf, positive } from "@ltt/core/arguments";
import {
  type Batch,
  batches,
  checkEncoded,
  type Encoded,
  type EpochOptions,
  planEpoch,
  planEvaluation,
} from "./batches.ts";
import { checkOrder } from "./order.ts";

export interface TextBatchOptions {
  readonly batchSize: number;
  /** With an epoch, from 1, shuffles: the order is a function of both. Default: sorted by length, without randomness, as for evaluation. */
  readonly seed?: number | undefined;
  readonly epoch?: number | undefined;
  /** As in `planEpoch`. Default `"bucketed"`. */
  readonly by?: EpochOptions["by"];
}

const OPTIONS: Kinds<TextBatchOptions> = {
  batchSize: positive,
  seed: count,
  epoch: positive,
  by: oneOf("bucketed", "shuffled"),
};

/**
 * All texts in batches, of like length together; shuffled for training, sorted for evaluation:
 *
 *     textBatches(train, { batchSize: 64, seed: 1, epoch })
 *     textBatches(test, { batchSize: 256 })
 *
 * @throws {TypeError} if an option is unknown, or only one of seed and epoch is given.
 */
export function textBatches(encoded: Encoded, options: TextBatchOptions): Generator<Batch, void, undefined> {
  checkEncoded("textBatches", encoded);
  const { batchSize, seed, epoch, by } = checkOptions("textBatches", options, OPTIONS, ["batchSize"]);
  checkOrder("textBatches", seed, epoch);
  const plan =
    seed === undefined || epoch === undefined
      ? planEvaluation(encoded, batchSize)
      : planEpoch(encoded, { batchSize, seed, epoch, ...(by === undefined ? {} : { by }) });
  return batches(encoded, plan);
}
