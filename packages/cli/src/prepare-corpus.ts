import { stream } from "@ltt/core";
import {
  type Corpus,
  countRepeats,
  countWords,
  createTokeniser,
  DataError,
  type Example,
  encodeTokens,
  type Places,
  type Split,
  splitCorpus,
  subset,
  textKey,
  vocabularyOf,
} from "@ltt/data";
import { countParameters } from "@ltt/layers";
import { type EmbeddingSettings, initialEmbedding } from "./embedding.ts";
import { inTurns } from "./in-turns.ts";
import type { PreparedTask, PrepareListener } from "./prepared-task.ts";
import { digestOf, MONITORED, SPLIT_SEED, type TextTaskData, textTaskOf } from "./task-data.ts";

/** What of the data is used, and how. */
interface DataSettings {
  /** Training texts; all where it is left out. Validation and test then have 3/7 as many, or what there is. */
  readonly trainSize?: number | undefined;
  /** Texts are cut after so many tokens; never where it is left out. */
  readonly maxLength?: number | undefined;
  /** Words kept, the unknown one and padding not counted. */
  readonly vocabularySize: number;
  readonly batchSize: number;
  /** Of a corpus without a test part: the fraction that becomes one. Default 0.2. */
  readonly testFraction?: number | undefined;
  /** Which of the test parts of a cross-validation, from 1. Default the first. */
  readonly fold?: number | undefined;
  /** Of a corpus without a validation part: the fraction, of what is not for testing, that becomes one. Default 0.3. */
  readonly validationFraction?: number | undefined;
  /** Of the treebank: train on phrases, not on sentences only. */
  readonly phrases?: boolean | undefined;
}

/** The model, where it may differ from the published one. */
interface ModelSettings {
  readonly embedding: EmbeddingSettings;
  /** Units of each direction of each layer of an LSTM; the published 256 where it is left out. */
  readonly hidden?: number | undefined;
}

/** What a task is made with. */
export interface TaskSettings {
  readonly data: DataSettings;
  readonly model: ModelSettings;
}

/**
 * Splits a corpus and encodes it; the vocabulary is that of the training part.
 *
 * @param model - What is to classify it.
 * @param places - Where vectors for the embedding are looked for.
 * @param listener - `say` hears which vectors the embedding starts from; `signal` ends it between texts.
 * @throws {DataError} if there is too little: the message says what to do.
 */
export async function prepareCorpus(
  corpus: Corpus,
  model: TextTaskData["model"],
  settings: TaskSettings,
  places: Places,
  { say, signal }: PrepareListener = {},
): Promise<PreparedTask> {
  const { maxLength, vocabularySize, batchSize } = settings.data;
  const { hidden } = settings.model;
  if (maxLength !== undefined && !(Number.isSafeInteger(maxLength) && maxLength > 0)) {
    throw new RangeError(`${corpus.name}: maxLength ${maxLength} is not a positive integer`);
  }
  const keys = new Map(await inTurns(corpus.train, (example) => [example, textKey(example.text)] as const, signal));
  const { train, validation, test, repeatsInTest } = limitedSplit(corpus, settings.data, keys);

  const tokenise = createTokeniser();
  const tokensOf = ({ text }: Example) => tokenise(text).slice(0, maxLength);
  const counts = new Map<string, number>();
  await inTurns(train, (example) => countWords(tokensOf(example), counts), signal);
  const vocabulary = vocabularyOf(counts, { maxSize: vocabularySize });
  const encode = async (examples: Split["train"]) =>
    encodeTokens(
      await inTurns(examples, (example) => vocabulary.encode(tokensOf(example)), signal),
      examples.map(({ label }) => label),
    );
  const encoded = { train: await encode(train), validation: await encode(validation), test: await encode(test) };

  const outputs = corpus.classes.length === 2 ? 1 : corpus.classes.length;
  const embedding = await initialEmbedding(settings.model.embedding, vocabulary, encoded.train, {
    places,
    say,
    signal,
  });
  const data: TextTaskData = {
    corpus: corpus.name,
    encoded,
    batchSize,
    model,
    rows: vocabulary.size,
    outputs,
    hidden,
    embedding: embedding.start,
  };
  const task = textTaskOf(data);
  const sizes = { train: train.length, validation: validation.length, test: test.length };
  const read = corpus.train.length + (corpus.validation?.length ?? 0) + (corpus.test?.length ?? 0);
  const { fold } = settings.data;
  const dataset = [
    `${corpus.name}, ${read} texts read`,
    `${sizes.train} to train, ${sizes.validation} to validate, ${sizes.test} to test`,
    `classes ${corpus.classes.join(", ")}`,
    `${vocabulary.size} vocabulary rows`,
    ...(fold === undefined ? [] : [`fold ${fold} is the test part`]),
    maxLength === undefined ? "whole texts" : `texts cut at ${maxLength} tokens`,
    `${repeatsInTest} of ${sizes.test} test texts also stand in training or validation`,
  ];
  return {
    task,
    data,
    encoding: {
      digest: digestOf(encoded),
      of: { corpus: corpus.name, classes: corpus.classes, maxLength: maxLength ?? null, vocabulary },
    },
    dataset: dataset.join("; "),
    words: [
      ...(model === "text-cnn" ? [] : [["hidden units", `${hidden ?? 256} of each direction of 2 layers`] as const]),
      ["embedding", embedding.description],
    ],
    notes: embedding.notes,
    parameters: countParameters(task.model(stream(0))),
    stepsPerEpoch: Math.ceil(sizes.train / batchSize),
    examples: "texts",
    monitored: Math.min(MONITORED, sizes.validation),
  };
}

function limitedSplit(corpus: Corpus, data: DataSettings, keys: ReadonlyMap<Example, string>): Split {
  const { trainSize, testFraction = 0.2, validationFraction = 0.3, fold = 1 } = data;
  const whole = splitCorpus(corpus, { seed: SPLIT_SEED, testFraction, validationFraction, fold, keys });
  if (trainSize === undefined) return whole;
  const available = whole.train.length;
  if (trainSize > available) {
    throw new DataError(
      `${corpus.name}: train: ${trainSize} examples are asked for, there are ${available}; ask for fewer: --train-size ${available}`,
    );
  }
  const limited = (name: "train" | "validation" | "test", size: number) =>
    subset(name, whole[name], size, stream(SPLIT_SEED, "subset", name));
  const others = Math.ceil((trainSize * 3) / 7); // as 12,000 to 28,000
  const train = limited("train", trainSize);
  const validation = limited("validation", Math.min(others, whole.validation.length));
  const test = limited("test", Math.min(others, whole.test.length));
  return { train, validation, test, repeatsInTest: countRepeats(test, [...train, ...validation]) };
}
