import {
  type Corpus,
  DataError,
  locateAgNews,
  locateImdb,
  locateReuters,
  locateSentences,
  type Places,
  publishedSentences,
  readAgNews,
  readImdb,
  readReuters,
  readSentences,
  SENTENCE_SETS,
  type SentenceSet,
} from "@ltt/data";
import { IMAGE_PAIRS, type ImagePair, type ImageSettings, isImagePair, prepareImages } from "./image-pairs.ts";
import { type PrepareListener, prepareCorpus } from "./prepare-corpus.ts";
import type { TaskSettings } from "./prepare-encoded.ts";
import type { PreparedTask } from "./prepared-task.ts";

/** Data sets and models that are tried together. */
export const TEXT_PAIRS = [
  "imdb-cnn",
  "imdb-lstm",
  "ag-news-cnn",
  "ag-news-lstm",
  "spam-cnn",
  "mr-cnn",
  "sst2-cnn",
  "trec-cnn",
  "subj-cnn",
  "reuters-cnn",
  "reuters-lstm",
] as const;
export type TextPair = (typeof TEXT_PAIRS)[number];

export type Pair = TextPair | ImagePair;
export const PAIRS: readonly Pair[] = [...TEXT_PAIRS, ...IMAGE_PAIRS];

/**
 * Reads a pair's data and splits it; texts are encoded, with the vocabulary of the training part.
 *
 * @throws {DataError} if data is missing, malformed or too little: the message names the file, the line and what to do.
 */
export async function prepare(
  pair: Pair,
  settings: TaskSettings | ImageSettings,
  places: Places,
  listener: PrepareListener = {},
): Promise<PreparedTask> {
  if (isImagePair(pair)) return prepareImages(pair, settings as ImageSettings, places);
  return prepareTexts(pair, settings as TaskSettings, places, listener);
}

async function prepareTexts(
  pair: TextPair,
  settings: TaskSettings,
  places: Places,
  listener: PrepareListener,
): Promise<PreparedTask> {
  const corpus = await readCorpus(pair, settings, places);
  const prepared = await prepareCorpus(corpus, isCnn(pair) ? "text-cnn" : "text-lstm", settings, places, listener);
  return { ...prepared, notes: [...incompleteness(corpus), ...ofPhrases(corpus), ...prepared.notes] };
}

/** Texts to train on, as published; the reader takes whatever part of them the files hold. */
const PUBLISHED: ReadonlyMap<string, number> = new Map([
  ["imdb", 50_000],
  ["ag-news", 120_000],
]);

function incompleteness({ name, train, validation = [], test = [] }: Corpus): string[] {
  const set = SENTENCE_SETS.find((one) => one === name);
  const published = set === undefined ? (PUBLISHED.get(name) ?? 0) : publishedSentences(set);
  const read = set === undefined ? train.length : train.length + validation.length + test.length;
  if (read >= published) return [];
  const [has, of] = [read, published].map((count) => count.toLocaleString("en-US"));
  const what = set === undefined ? "texts to train on" : "sentences";
  return [`The files hold ${has} of the ${of} ${what} that ${name} has as published.`];
}

/** What a report must say of the treebank: which of its texts are learned from, and which measured on. */
function ofPhrases({ name, validation }: Corpus): string[] {
  if (name === "sst2") return ["Trained on sentences only; Kim (2014) trained on their phrases too."];
  if (name !== "sst2 with phrases") return [];
  if (validation !== undefined) return ["Trained on phrases, as Kim (2014) did; validated and tested on sentences."];
  return [
    "GLUE's files alone: trained and validated on phrases, which overlap, and tested on the sentences of its development part.",
  ];
}

async function readCorpus(pair: TextPair, { data }: TaskSettings, places: Places): Promise<Corpus> {
  const set = sentenceSetOf(pair);
  if (set !== undefined) return readSentences(await locateSentences(set, places, { phrases: data.phrases ?? false }));
  if (pair.startsWith("imdb")) return readImdb(await locateImdb(places));
  if (isReuters(pair)) return readReuters(await locateReuters(places), { topics: data.topics ?? 10 });
  if (pair.startsWith("ag-news")) return readAgNews(await locateAgNews(places));
  return spamCorpus();
}

/** Ninety megabytes of e-mails that one pair reads: so `@ltt/spam-corpus` is installed by those who want it. */
async function spamCorpus(): Promise<Corpus> {
  const { readSpamAssassin } = await import("@ltt/spam-corpus").catch((cause: unknown) => {
    throw new DataError("spam-cnn: the package @ltt/spam-corpus is not there: npm install @ltt/spam-corpus", { cause });
  });
  return readSpamAssassin();
}

/** The set of sentences that a pair is of, if it is of one. */
export function sentenceSetOf(pair: TextPair): SentenceSet | undefined {
  return SENTENCE_SETS.find((set) => pair.startsWith(`${set}-`));
}

/** How many test parts a cross-validation has, of pairs whose data has no test part of its own: a fifth each, of Kim's sets a tenth. */
export const FOLDS: Readonly<Partial<Record<Pair, number>>> = {
  "imdb-cnn": 5,
  "imdb-lstm": 5,
  "spam-cnn": 5,
  "mr-cnn": 10,
  "subj-cnn": 10,
};

/** Whether a pair is of Reuters-21578, whose texts may have several topics. */
export function isReuters(pair: Pair): boolean {
  return pair.startsWith("reuters-");
}

/** Whether a pair's model is the CNN; else it is the LSTM. */
export function isCnn(pair: TextPair): boolean {
  return pair.endsWith("cnn");
}
