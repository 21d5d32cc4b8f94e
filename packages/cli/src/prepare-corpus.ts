import { stream } from "@ltt/core";
import {
  type Corpus,
  countRepeats,
  DataError,
  type Example,
  encodeTokens,
  NumberedWords,
  type Places,
  type Split,
  severalLabelsOf,
  splitCorpus,
  subset,
  textKey,
} from "@ltt/data";
import { inTurns } from "./in-turns.ts";
import { type DataSettings, prepareEncoded, type TaskSettings } from "./prepare-encoded.ts";
import type { PreparedTask } from "./prepared-task.ts";
import { SPLIT_SEED, type TextTaskData } from "./task-data.ts";

/** What hears of the preparation, and what ends it. */
export interface PrepareListener {
  readonly say?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
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
  const { maxLength, vocabularySize } = settings.data;
  if (maxLength !== undefined && !(Number.isSafeInteger(maxLength) && maxLength > 0)) {
    throw new RangeError(`${corpus.name}: maxLength ${maxLength} is not a positive integer`);
  }
  const keys = new Map(await inTurns(corpus.train, (example) => [example, textKey(example.text)] as const, signal));
  const { train, validation, test, repeatsInTest } = limitedSplit(corpus, settings.data, keys);

  const words = new NumberedWords(maxLength === undefined ? {} : { maxLength });
  const numbersOf = (examples: readonly Example[]) => inTurns(examples, ({ text }) => words.numbersOf(text), signal);
  const numbers = {
    train: await numbersOf(train),
    validation: await numbersOf(validation),
    test: await numbersOf(test),
  };
  const { vocabulary, idOf } = words.vocabularyOf(numbers.train, { maxSize: vocabularySize });
  const encode = (texts: readonly Int32Array[], examples: readonly Example[]) =>
    encodeTokens(
      texts.map((text) => text.map((number) => idOf[number]!)),
      examples.map(({ label }) => label),
      severalLabelsOf(examples, corpus.classes.length),
    );
  const encoded = {
    train: encode(numbers.train, train),
    validation: encode(numbers.validation, validation),
    test: encode(numbers.test, test),
  };

  const { name, classes } = corpus;
  const read = corpus.train.length + (corpus.validation?.length ?? 0) + (corpus.test?.length ?? 0);
  const texts = { name, classes, read, encoded, vocabulary, repeatsInTest };
  return prepareEncoded(texts, model, settings, { places, say, signal });
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
