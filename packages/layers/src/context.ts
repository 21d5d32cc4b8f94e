import type { Rng, TokenVector } from "@ltt/core";
import { anything, checkOptions, checkRng, checkTokens, flag, type Kinds, object } from "@ltt/core/arguments";

/** What a forward pass must know besides its input. Whatever of it a layer uses, it may be handed all of it. */
export interface Context {
  /** Present while training: dropout is on, and draws from this stream. */
  readonly training?: { readonly rng: Rng } | undefined;
  /**
   * Whether batch normalisation takes mean and variance of the batch outside training too, and leaves the running ones as they are: for
   * gradients of untrained networks, whose running statistics are of no data. Default false.
   */
  readonly batchStatistics?: boolean | undefined;
  /** Of sequences: how many elements of each are not padding, `[batch]`. Default: all. */
  readonly lengths?: TokenVector | undefined;
}

const CONTEXT: Kinds<Context> = {
  training: { ...object, words: "an object with the stream to draw from, { rng }" },
  batchStatistics: flag,
  lengths: anything,
};

/** @throws {TypeError} if there is something else in the context, or no stream to draw from in training. */
export function checkContext(where: string, context: Context): void {
  const { training, lengths } = checkOptions(where, context, CONTEXT);
  if (training !== undefined) checkRng(where, "training.rng", training.rng);
  if (lengths !== undefined) checkTokens(where, "lengths", lengths, 1);
}
