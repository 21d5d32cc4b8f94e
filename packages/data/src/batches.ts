import { stream, type TokenMatrix, type TokenVector, tokens } from "@ltt/core";
import {
  anyNumber,
  callable,
  check,
  checkOptions,
  count,
  integers,
  type Kind,
  type Kinds,
  list,
  object,
  oneOf,
  positive,
} from "@ltt/core/arguments";
import { checkExamples, type Example, label } from "./example.ts";
import { checkSeveral, type SeveralLabels, severalAt, severalLabelsOf, targetsAt } from "./several-labels.ts";
import type { Tokeniser } from "./tokenise.ts";
import { checkWords, PADDING, UNKNOWN, type Vocabulary, vocabularyKind } from "./vocabulary.ts";

/** Examples as ids: text i is `ids[offsets[i] … offsets[i + 1])`, of class `labels[i]`. No text is empty. */
export interface Encoded {
  readonly ids: Int32Array;
  readonly offsets: Int32Array;
  readonly labels: Int32Array;
  /** Where texts may have several classes: all of them. */
  readonly several?: SeveralLabels;
}

/** Texts of one batch, the shorter ones filled up with `PADDING` at their end. */
export interface Batch {
  /** `[batch, time]`, `time` being the longest length. */
  readonly input: TokenMatrix;
  /** Tokens of each text before its padding, at least 1, `[batch]`. */
  readonly lengths: TokenVector;
  /** Class of each text, `[batch]`; where texts may have several, 1 for each that it has and 0 for the others, `[batch, classes]`. */
  readonly targets: TokenVector | TokenMatrix;
  /** Of an evaluation: see `Plan`. */
  readonly group?: number;
}

interface EncodeOptions {
  readonly tokenise: Tokeniser;
  readonly vocabulary: Vocabulary;
  readonly maxLength?: number;
  /** How many classes there are; of examples that may have several. */
  readonly classes?: number;
}

const ENCODE: Kinds<EncodeOptions> = {
  tokenise: callable,
  vocabulary: vocabularyKind,
  maxLength: positive,
  classes: positive,
};

/**
 * The ids of examples. Of a long text the first `maxLength` tokens are kept; a text without any becomes one `<unk>`.
 *
 * @throws {TypeError} if an option is unknown, or the tokeniser gives anything but an array of strings.
 * @throws {RangeError} if `maxLength` is not a positive integer.
 */
export function encodeExamples(examples: readonly Example[], options: EncodeOptions): Encoded {
  checkExamples("encodeExamples", "examples", examples);
  const checked = checkOptions("encodeExamples", options, ENCODE, ["tokenise", "vocabulary"]);
  const { tokenise, vocabulary, maxLength, classes } = checked;
  const isSeveral = examples[0]?.labels !== undefined;
  if (isSeveral && classes === undefined)
    throw new TypeError("encodeExamples: examples have several labels; say how many classes there are, { classes }");
  return joined(
    examples.map(({ text }, i) => {
      const words = tokenise(text);
      checkWords("encodeExamples", `tokenise(examples[${i}].text)`, words);
      return vocabulary.encode(words.slice(0, maxLength));
    }),
    examples.map((example) => example.label),
    isSeveral ? severalLabelsOf(examples, classes!) : undefined,
  );
}

const ids: Kind = {
  words: "an array of ids",
  accepts: (value) => Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value),
};
const id: Kind = {
  type: "number",
  words: "an integer from 0 to 2³¹ − 1",
  accepts: (value) => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 31,
};

/**
 * Texts that are ids already, with their classes; an empty one becomes one `<unk>`.
 *
 * @param several - All classes of each text, where they may have several: `severalLabelsOf(examples, classes)`.
 * @throws {TypeError | RangeError} if there are not as many labels as texts, or one of the ids or labels is none.
 */
export function encodeTokens(
  texts: readonly ArrayLike<number>[],
  labels: readonly number[],
  several?: SeveralLabels,
): Encoded {
  check("encodeTokens", "texts", texts, list);
  check("encodeTokens", "labels", labels, list);
  if (texts.length !== labels.length)
    throw new RangeError(`encodeTokens: ${texts.length} texts have ${labels.length} labels`);
  for (const [i, text] of texts.entries()) {
    check("encodeTokens", `texts[${i}]`, text, ids);
    for (let j = 0; j < text.length; j++)
      if (!id.accepts(text[j])) check("encodeTokens", `texts[${i}][${j}]`, text[j], id);
    check("encodeTokens", `labels[${i}]`, labels[i], label);
  }
  if (several !== undefined) checkSeveral("encodeTokens", several, texts.length);
  return joined(texts, labels, several);
}

function joined(
  texts: readonly ArrayLike<number>[],
  labels: readonly number[],
  several: SeveralLabels | undefined,
): Encoded {
  const offsets = new Int32Array(texts.length + 1);
  for (const [i, text] of texts.entries()) offsets[i + 1] = offsets[i]! + Math.max(1, text.length);
  const ids = new Int32Array(offsets.at(-1)!).fill(UNKNOWN);
  for (const [i, text] of texts.entries()) ids.set(text, offsets[i]!);
  return { ids, offsets, labels: Int32Array.from(labels), ...(several === undefined ? {} : { several }) };
}

/**
 * Some of the examples, in the order that is asked for.
 *
 * @throws {RangeError} if there is no such example.
 */
export function examplesAt(encoded: Encoded, places: Int32Array): Encoded {
  checkEncoded("examplesAt", encoded);
  check("examplesAt", "places", places, integers);
  const { ids, offsets, labels, several } = encoded;
  for (const [i, place] of places.entries()) {
    if (place < 0 || place >= labels.length)
      throw new RangeError(`examplesAt: places[${i}] is ${place}; encoded has ${labels.length} examples`);
  }
  return joined(
    Array.from(places, (place) => ids.subarray(offsets[place], offsets[place + 1])),
    Array.from(places, (place) => labels[place]!),
    several && severalAt(several, places),
  );
}

/** Which examples make which batch: batch i is `order[starts[i] … starts[i + 1])`. */
export interface Plan {
  readonly order: Int32Array;
  readonly starts: Int32Array;
  /** So many examples of a batch in turn have a mean of the loss of their own. Default: all. */
  readonly group?: number;
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

const EPOCH: Kinds<EpochOptions> = {
  batchSize: positive,
  seed: count,
  epoch: positive,
  by: oneOf("bucketed", "shuffled"),
};

const batchesInPool = 50;

/**
 * The batches of a training epoch: a function of the lengths, the batch size, the seed and the epoch, so any batch of any
 * epoch can be made without the others. Every example is in exactly one batch; the smallest batch, if one is, stands anywhere.
 *
 * @throws {TypeError} if an option is unknown, or what is encoded is no `Encoded`.
 * @throws {RangeError} if the batch size is not a positive integer, or the seed no integer from 0, or the epoch none from 1.
 */
export function planEpoch(encoded: Encoded, options: EpochOptions): Plan {
  checkEncoded("planEpoch", encoded);
  const checked = checkOptions("planEpoch", options, EPOCH, ["batchSize", "seed", "epoch"]);
  const { batchSize, seed, epoch, by = "bucketed" } = checked;
  const rng = stream(seed, "order", epoch);
  const order = rng.permutation(encoded.labels.length);
  if (by === "shuffled") return { order, starts: startsOf(order.length, batchSize) };

  const pool = batchesInPool * batchSize;
  for (let from = 0; from < order.length; from += pool) sortByLength(order.subarray(from, from + pool), encoded);
  return shuffleBatches(order, startsOf(order.length, batchSize), rng.permutation(Math.ceil(order.length / batchSize)));
}

/**
 * The batches of an evaluation: every example once, sorted by length, so that little is padded. No randomness.
 *
 * @param options.atOnce - Ids, with padding, up to which several batches are put into one and computed at once, as its groups: to the same
 *   bits, and the faster where a model computes something once for each distinct word. Default: every batch by itself.
 * @throws {TypeError} if the option is unknown, or what is encoded is no `Encoded`.
 * @throws {RangeError} if the batch size, or `atOnce`, is not an integer from 1.
 */
export function planEvaluation(encoded: Encoded, batchSize: number, options: { atOnce?: number } = {}): Plan {
  checkEncoded("planEvaluation", encoded);
  check("planEvaluation", "batchSize", batchSize, positive);
  const { atOnce } = checkOptions("planEvaluation", options, { atOnce: positive });
  const order = Int32Array.from(encoded.labels, (_, i) => i);
  sortByLength(order, encoded);
  const starts = startsOf(order.length, batchSize);
  if (atOnce === undefined) return { order, starts };
  const idsOf = (from: number, to: number) => (to - from) * lengthOf(encoded, order[to - 1]!);
  const begins = [0];
  for (let i = 2; i < starts.length; i++) {
    if (idsOf(begins.at(-1)!, starts[i]!) > atOnce) begins.push(starts[i - 1]!);
  }
  return { order, starts: Int32Array.from(starts.length === 1 ? [0] : [...begins, order.length]), group: batchSize };
}

/** How many batches a plan has. */
export function batchCount(plan: Plan): number {
  checkPlan("batchCount", plan);
  return plan.starts.length - 1;
}

/**
 * Batch `index` of a plan.
 *
 * @throws {RangeError} if the plan has no such batch, or is of other examples.
 */
export function batchAt(encoded: Encoded, plan: Plan, index: number): Batch {
  checkEncoded("batchAt", encoded);
  checkPlan("batchAt", plan);
  check("batchAt", "index", index, anyNumber);
  if (!Number.isInteger(index) || index < 0 || index >= batchCount(plan)) {
    throw new RangeError(`batchAt: there is no batch ${index}; the plan has ${batchCount(plan)}`);
  }
  const examples = plan.order.subarray(plan.starts[index], plan.starts[index + 1]);
  for (const example of examples) checkExample(encoded, example);
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
    targets: targetsOf(encoded, examples),
    ...(plan.group === undefined ? {} : { group: plan.group }),
  };
}

function targetsOf({ labels, several }: Encoded, examples: Int32Array): TokenVector | TokenMatrix {
  if (several !== undefined) return tokens(targetsAt(several, examples), [examples.length, several.classes]);
  return tokens(
    examples.map((example) => labels[example]!),
    [examples.length],
  );
}

/** All batches of a plan, in turn. */
export function batches(encoded: Encoded, plan: Plan): Generator<Batch, void, undefined> {
  checkEncoded("batches", encoded);
  checkPlan("batches", plan);
  return eachBatch(encoded, plan);
}

function* eachBatch(encoded: Encoded, plan: Plan): Generator<Batch, void, undefined> {
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

export function checkEncoded(where: string, encoded: Encoded): void {
  check(where, "encoded", encoded, object);
  for (const name of ["ids", "offsets", "labels"] as const) check(where, `encoded.${name}`, encoded[name], integers);
  const { ids, offsets, labels, several } = encoded;
  if (several !== undefined) checkSeveral(where, several, labels.length);
  if (offsets.length === labels.length + 1 && offsets[0] === 0 && offsets.at(-1) === ids.length) return;
  throw new RangeError(
    `${where}: encoded has ${labels.length} labels and ${ids.length} ids; its offsets are ${labels.length + 1}, from 0 to ${ids.length}`,
  );
}

function checkPlan(where: string, plan: Plan): void {
  check(where, "plan", plan, object);
  for (const name of ["order", "starts"] as const) check(where, `plan.${name}`, plan[name], integers);
  if (plan.starts.length === 0 || plan.starts.at(-1)! > plan.order.length)
    throw new RangeError(
      `${where}: plan.starts ends at ${plan.starts.at(-1)}; it is where batches start and the last ends, of ${plan.order.length} examples`,
    );
}

function checkExample(encoded: Encoded, example: number): void {
  if (example < 0 || example >= encoded.labels.length)
    throw new RangeError(`batchAt: the plan has example ${example}; encoded has ${encoded.labels.length}`);
  if (lengthOf(encoded, example) < 1)
    throw new RangeError(`batchAt: example ${example} has ${lengthOf(encoded, example)} ids; it has at least 1`);
}
