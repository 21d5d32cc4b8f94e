import { stream, type TokenMatrix, type TokenVector, tokens } from "@ltt/core";
import type { Example } from "./corpus.ts";
import type { Tokeniser } from "./tokenise.ts";
import { PADDING, UNKNOWN, type Vocabulary } from "./vocabulary.ts";

/** Examples as ids: text i is `ids[offsets[i] … offsets[i + 1])`, of class `labels[i]`. No text is empty. */
export interface Encoded {
  readonly ids: Int32Array;
  readonly offsets: Int32Array;
  readonly labels: Int32Array;
}

/** Texts of one batch, the shorter ones filled up with `PADDING` at their end. */
export interface Batch {
  /** `[batch, time]`, `time` being the longest length. */
  readonly input: TokenMatrix;
  /** Tokens of each text before its padding, at least 1, `[batch]`. */
  readonly lengths: TokenVector;
  /** Class of each text, `[batch]`. */
  readonly targets: TokenVector;
}

/**
 * The ids of examples. Of a long text the first `maxLength` tokens are kept; a text without any becomes one `<unk>`.
 *
 * @throws {RangeError} if `maxLength` is not a positive integer.
 */
export function encodeExamples(
  examples: readonly Example[],
  { tokenise, vocabulary, maxLength }: { tokenise: Tokeniser; vocabulary: Vocabulary; maxLength?: number },
): Encoded {
  if (maxLength !== undefined) checkPositive("maxLength", maxLength);
  return encodeTokens(
    examples.map(({ text }) => vocabulary.encode(tokenise(text).slice(0, maxLength))),
    examples.map(({ label }) => label),
  );
}

/** Texts that are ids already, with their classes; an empty one becomes one `<unk>`. */
export function encodeTokens(texts: readonly ArrayLike<number>[], labels: readonly number[]): Encoded {
  if (texts.length !== labels.length)
    throw new RangeError(`encode: ${texts.length} texts have ${labels.length} labels`);
  const offsets = new Int32Array(texts.length + 1);
  for (const [i, text] of texts.entries()) offsets[i + 1] = offsets[i]! + Math.max(1, text.length);
  const ids = new Int32Array(offsets.at(-1)!).fill(UNKNOWN);
  for (const [i, text] of texts.entries()) ids.set(text, offsets[i]!);
  return { ids, offsets, labels: Int32Array.from(labels) };
}

/** Some of the examples, in the order that is asked for. */
export function examplesAt({ ids, offsets, labels }: Encoded, places: Int32Array): Encoded {
  return encodeTokens(
    Array.from(places, (place) => ids.subarray(offsets[place], offsets[place + 1])),
    Array.from(places, (place) => labels[place]!),
  );
}

/** Which examples make which batch: batch i is `order[starts[i] … starts[i + 1])`. */
export interface Plan {
  readonly order: Int32Array;
  readonly starts: Int32Array;
}

export interface EpochOptions {
  readonly batchSize: number;
  readonly seed: number;
  /** Epochs count from 1. */
  readonly epoch: number;
  /**
   * `"bucketed"` (unless told): texts of like length share a batch. A random order is cut into pools of 50 batches, each
   * pool is sorted by length and cut into batches, and the batches are shuffled. `"shuffled"`: a random order as it is.
   */
  readonly by?: "bucketed" | "shuffled";
}

const batchesInPool = 50;

/**
 * The batches of a training epoch: a function of the lengths, the batch size, the seed and the epoch, so any batch of any
 * epoch can be made without the others. Every example is in exactly one batch; the smallest batch, if one is, stands anywhere.
 *
 * @throws {RangeError} if the batch size is not a positive integer.
 */
export function planEpoch(encoded: Encoded, { batchSize, seed, epoch, by = "bucketed" }: EpochOptions): Plan {
  checkPositive("batchSize", batchSize);
  const rng = stream(seed, "order", epoch);
  const order = rng.permutation(encoded.labels.length);
  if (by === "shuffled") return { order, starts: startsOf(order.length, batchSize) };

  const pool = batchesInPool * batchSize;
  for (let from = 0; from < order.length; from += pool) sortByLength(order.subarray(from, from + pool), encoded);
  return shuffleBatches(order, startsOf(order.length, batchSize), rng.permutation(Math.ceil(order.length / batchSize)));
}

/** The batches of an evaluation: every example once, sorted by length, so that little is padded. No randomness. */
export function planEvaluation(encoded: Encoded, batchSize: number): Plan {
  checkPositive("batchSize", batchSize);
  const order = Int32Array.from(encoded.labels, (_, i) => i);
  sortByLength(order, encoded);
  return { order, starts: startsOf(order.length, batchSize) };
}

/** How many batches a plan has. */
export function batchCount(plan: Plan): number {
  return plan.starts.length - 1;
}

/**
 * Batch `index` of a plan.
 *
 * @throws {RangeError} if the plan has no such batch.
 */
export function batchAt(encoded: Encoded, plan: Plan, index: number): Batch {
  if (!Number.isInteger(index) || index < 0 || index >= batchCount(plan)) {
    throw new RangeError(`batchAt: there is no batch ${index}; the plan has ${batchCount(plan)}`);
  }
  const examples = plan.order.subarray(plan.starts[index], plan.starts[index + 1]);
  const batch = examples.length;
  const lengths = examples.map((example) => lengthOf(encoded, example));
  const time = lengths.reduce((longest, length) => Math.max(longest, length), 0);
  const ids = new Int32Array(batch * time).fill(PADDING);
  for (const [row, example] of examples.entries()) {
    ids.set(encoded.ids.subarray(encoded.offsets[example], encoded.offsets[example + 1]), row * time);
  }
  return {
    input: tokens(ids, [batch, time]),
    lengths: tokens(lengths, [batch]),
    targets: tokens(
      examples.map((example) => encoded.labels[example]!),
      [batch],
    ),
  };
}

/** All batches of a plan, in turn. */
export function* batches(encoded: Encoded, plan: Plan): Generator<Batch, void, undefined> {
  for (let index = 0; index < batchCount(plan); index++) yield batchAt(encoded, plan, index);
}

function lengthOf({ offsets }: Encoded, example: number): number {
  return offsets[example + 1]! - offsets[example]!;
}

/** Sorts in place; texts of one length stay in the order they came in. */
function sortByLength(order: Int32Array, encoded: Encoded): void {
  order.set(Array.from(order).sort((a, b) => lengthOf(encoded, a) - lengthOf(encoded, b)));
}

function startsOf(examples: number, batchSize: number): Int32Array {
  const count = Math.ceil(examples / batchSize);
  return Int32Array.from({ length: count + 1 }, (_, i) => Math.min(i * batchSize, examples));
}

function shuffleBatches(order: Int32Array, starts: Int32Array, turn: Int32Array): Plan {
  const shuffled = new Int32Array(order.length);
  const shuffledStarts = new Int32Array(starts.length);
  for (const [i, from] of turn.entries()) {
    const batch = order.subarray(starts[from], starts[from + 1]);
    shuffled.set(batch, shuffledStarts[i]!);
    shuffledStarts[i + 1] = shuffledStarts[i]! + batch.length;
  }
  return { order: shuffled, starts: shuffledStarts };
}

function checkPositive(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`batches: ${name} ${value} is not a positive integer`);
}
