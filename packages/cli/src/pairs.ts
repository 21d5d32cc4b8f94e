import { type Corpus, locateAgNews, locateImdb, type Places, readAgNews, readImdb, readSpamAssassin } from "@ltt/data";
import { type PrepareListener, prepareCorpus } from "./prepare-corpus.ts";
import type { PreparedTask, TaskSettings } from "./prepare-encoded.ts";

/** Data sets and models that are tried together. */
export const PAIRS = ["imdb-cnn", "imdb-lstm", "ag-news-cnn", "ag-news-lstm", "spam-cnn"] as const;
export type Pair = (typeof PAIRS)[number];

/**
 * Reads a pair's data, splits it and encodes it; the vocabulary is that of the training part.
 *
 * @throws {DataError} if data is missing, malformed or too little: the message names the file, the line and what to do.
 */
export async function prepare(
  pair: Pair,
  settings: TaskSettings,
  places: Places,
  listener: PrepareListener = {},
): Promise<PreparedTask> {
  const corpus = await readCorpus(pair, places);
  const prepared = await prepareCorpus(corpus, isCnn(pair) ? "text-cnn" : "text-lstm", settings, places, listener);
  return { ...prepared, notes: [...incompleteness(corpus), ...prepared.notes] };
}

/** Texts to train on, as published; the reader takes whatever part of them the files hold. */
const PUBLISHED: ReadonlyMap<string, number> = new Map([
  ["imdb", 50_000],
  ["ag-news", 120_000],
]);

function incompleteness({ name, train }: Corpus): string[] {
  const published = PUBLISHED.get(name) ?? 0;
  if (train.length >= published) return [];
  const [has, of] = [train.length, published].map((count) => count.toLocaleString("en-US"));
  return [`The files hold ${has} of the ${of} texts to train on that ${name} has as published.`];
}

async function readCorpus(pair: Pair, places: Places): Promise<Corpus> {
  if (pair.startsWith("imdb")) return readImdb(await locateImdb(places));
  if (pair.startsWith("ag-news")) return readAgNews(await locateAgNews(places));
  return readSpamAssassin();
}

/** Whether a pair's model is the CNN; else it is the LSTM. */
export function isCnn(pair: Pair): boolean {
  return pair.endsWith("cnn");
}
