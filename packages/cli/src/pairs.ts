import { type Rng, stream } from "@ltt/core";
import {
  batchCount,
  batches,
  buildVocabulary,
  type Corpus,
  type Encoded,
  encodeExamples,
  locateAgNews,
  locateImdb,
  PADDING,
  type Places,
  planEpoch,
  planEvaluation,
  readAgNews,
  readImdb,
  readSpamAssassin,
  type Split,
  splitCorpus,
  tokenise,
} from "@ltt/data";
import { countParameters, TextCnn, TextLstm } from "@ltt/layers";
import type { Batches, Model, Task } from "@ltt/lottery";

/** Data sets and models that are tried together. */
export const PAIRS = ["imdb-cnn", "imdb-lstm", "ag-news-cnn", "ag-news-lstm", "spam-cnn"] as const;
export type Pair = (typeof PAIRS)[number];

/** What of the data is used, and how. */
export interface DataSettings {
  /** Training texts; all where it is left out. Validation and test then have 3/7 as many, or what there is. */
  readonly trainSize?: number | undefined;
  /** Texts are cut after so many tokens; never where it is left out. */
  readonly maxLength?: number | undefined;
  /** Words kept, the unknown one and padding not counted. */
  readonly vocabularySize: number;
  readonly batchSize: number;
}

/** A task, and what a report says about its data. */
export interface PreparedTask {
  readonly task: Task;
  readonly dataset: string;
  readonly parameters: number;
  readonly stepsPerEpoch: number;
}

/** The same texts for every seed: seeds change initial weights, order and dropout, not what is learned from. */
const SPLIT_SEED = 1;

/**
 * Reads a pair's data, splits it and encodes it; the vocabulary is that of the training part.
 *
 * @throws {DataError} if data is missing, malformed or too little: the message names the file, the line and what to do.
 */
export async function prepare(pair: Pair, settings: DataSettings, places: Places): Promise<PreparedTask> {
  const { maxLength, vocabularySize, batchSize } = settings;
  const corpus = await readCorpus(pair, places);
  const { train, validation, test } = limitedSplit(corpus, settings.trainSize);

  const vocabulary = buildVocabulary(
    train.map(({ text }) => tokenise(text)),
    { maxSize: vocabularySize },
  );
  const encode = (examples: Split["train"]) =>
    encodeExamples(examples, { tokenise, vocabulary, ...(maxLength === undefined ? {} : { maxLength }) });
  const encoded = { train: encode(train), validation: encode(validation), test: encode(test) };

  const outputs = corpus.classes.length === 2 ? 1 : corpus.classes.length;
  const createModel = (rng: Rng) => modelOf(pair, { rows: vocabulary.size, outputs }, rng);
  const sizes = { train: train.length, validation: validation.length, test: test.length };
  const dataset = [
    `${corpus.name}, ${corpus.train.length + (corpus.test?.length ?? 0)} texts read`,
    `${sizes.train} to train, ${sizes.validation} to validate, ${sizes.test} to test`,
    `classes ${corpus.classes.join(", ")}`,
    `${vocabulary.size} vocabulary rows`,
    maxLength === undefined ? "whole texts" : `texts cut at ${maxLength} tokens`,
  ];
  return {
    task: {
      identity: {
        pair,
        data: corpus.digest,
        split: SPLIT_SEED,
        ...sizes,
        maxLength: maxLength ?? null,
        vocabulary: vocabulary.size,
        batchSize,
      },
      createModel,
      batches: (seed) => batchesOf(encoded, batchSize, seed),
    },
    dataset: dataset.join("; "),
    parameters: countParameters(createModel(stream(0))),
    stepsPerEpoch: Math.ceil(sizes.train / batchSize),
  };
}

async function readCorpus(pair: Pair, places: Places): Promise<Corpus> {
  if (pair.startsWith("imdb")) return readImdb(await locateImdb(places));
  if (pair.startsWith("ag-news")) return readAgNews(await locateAgNews(places));
  return readSpamAssassin();
}

function limitedSplit(corpus: Corpus, trainSize: number | undefined): Split {
  const whole = splitCorpus(corpus, { seed: SPLIT_SEED });
  if (trainSize === undefined) return whole;
  const others = Math.ceil((trainSize * 3) / 7); // as 12,000 to 28,000
  return splitCorpus(corpus, {
    seed: SPLIT_SEED,
    trainSize,
    validationSize: Math.min(others, whole.validation.length),
    testSize: Math.min(others, whole.test.length),
  });
}

function modelOf(pair: Pair, { rows, outputs }: { rows: number; outputs: number }, rng: Rng): Model {
  return pair.endsWith("lstm")
    ? new TextLstm({ rows, outputs, paddingId: PADDING }, rng)
    : new TextCnn({ rows, outputs, paddingId: PADDING }, rng);
}

function batchesOf(
  { train, validation, test }: { train: Encoded; validation: Encoded; test: Encoded },
  batchSize: number,
  seed: number,
): Batches {
  // The data package counts epochs from 0, training from 1.
  const plan = (epoch: number) => planEpoch(train, { batchSize, seed, epoch: epoch - 1 });
  return {
    train: (epoch) => batches(train, plan(epoch)),
    stepsPerEpoch: batchCount(plan(1)),
    validation: () => batches(validation, planEvaluation(validation, batchSize)),
    test: () => batches(test, planEvaluation(test, batchSize)),
  };
}
