import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { check, checkOptions, flag, type Kinds, object, oneOf } from "@ltt/core/arguments";
import { extract } from "tar-stream";
import { type Corpus, corpusOf } from "./corpus.ts";
import { isNamed, readColumns } from "./csv-columns.ts";
import { DataError, explainFileError, show } from "./data-error.ts";
import type { Example } from "./example.ts";
import type { ImdbPlace } from "./locate.ts";
import { path as pathKind } from "./path.ts";

export interface ImdbOptions {
  /**
   * Keep Maas et al.'s halves, 25,000 to train and 25,000 to test. Off unless told: the published experiment pools all 50,000 and
   * divides them itself. The CSV form does not know the halves.
   */
  readonly officialSplit?: boolean;
}

const OPTIONS: Kinds<ImdbOptions> = { officialSplit: flag };
const form = oneOf("csv", "folder", "archive");

/**
 * The Large Movie Review Dataset (Maas et al., ACL 2011): 50,000 reviews, half of them positive. Texts are as published, with
 * their `<br />`, which the tokeniser removes; 418 reviews repeat an earlier one.
 *
 * It is read from Kaggle's CSV (`review,sentiment`, in any order, among other columns, or without a header), from the folder
 * `aclImdb/{train,test}/{pos,neg}/N_S.txt`, or out of `aclImdb_v1.tar.gz`, which is streamed and never unpacked. Folder and archive give
 * the same corpus, in the same order: train before test, negative before positive, by number. The CSV is in its file's order.
 *
 * @throws {DataError} for a malformed row, with its line; for a file that is damaged, missing or not UTF-8; for other labels.
 */
export async function readImdb(place: ImdbPlace, options: ImdbOptions = {}): Promise<Corpus> {
  check("readImdb", "place", place, object);
  check("readImdb", "place.form", place.form, form);
  check("readImdb", "place.path", place.path, pathKind);
  const { officialSplit = false } = checkOptions("readImdb", options, OPTIONS);
  if (place.form === "csv") {
    if (officialSplit) {
      throw new DataError(`${place.path}: the CSV does not say which reviews are for testing; use aclImdb_v1.tar.gz`);
    }
    return corpusOf({ name: "imdb", classes, train: await readCsvForm(place.path) });
  }
  const reviews = place.form === "folder" ? await readFolder(place.path) : await readArchive(place.path);
  const { train, test } = inOrder(reviews, place.path);
  if (officialSplit) return corpusOf({ name: "imdb", classes, train, test });
  return corpusOf({ name: "imdb", classes, train: [...train, ...test] });
}

const classes = ["negative", "positive"] as const;

const columns = [
  { title: "review", names: ["review", "text"] },
  { title: "sentiment", names: ["sentiment", "label", "polarity"] },
] as const;

const labels: ReadonlyMap<string, number> = new Map([
  ["negative", 0],
  ["neg", 0],
  ["0", 0],
  ["positive", 1],
  ["pos", 1],
  ["1", 1],
]);

async function readCsvForm(path: string): Promise<Example[]> {
  const examples: Example[] = [];
  const isHeader = (first: readonly string[]) => columns.some((column) => first.some((name) => isNamed(name, column)));
  for await (const { fields, line } of readColumns(path, columns, isHeader)) {
    const [text, sentiment] = fields as [string, string];
    const label = labels.get(sentiment.trim().toLowerCase());
    if (label === undefined) {
      throw new DataError(
        `${path}:${line}: the sentiment is ${show(sentiment)}; it must be positive or negative: correct the row or delete it`,
      );
    }
    examples.push({ text, label });
  }
  return examples;
}

interface Review extends Example {
  readonly part: "train" | "test";
  readonly number: number;
}

/** `aclImdb/train/pos/0_9.txt` → train, 1, 0. Other files, as the unlabelled `train/unsup`, are no reviews. */
const reviewPath = /(?:^|[\\/])(train|test)[\\/](pos|neg)[\\/](\d+)_\d+\.txt$/;

function reviewOf(path: string, bytes: Uint8Array, where: string): Review | undefined {
  const match = reviewPath.exec(path);
  if (match === null) return undefined;
  try {
    const text = utf8.decode(bytes);
    const part = match[1] === "train" ? "train" : "test";
    return { text, label: match[2] === "pos" ? 1 : 0, part, number: Number(match[3]) };
  } catch (error) {
    throw new DataError(`${where}: is not UTF-8; the file is damaged: get it again`, { cause: error });
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Bytes a review may have: a thousand times the longest published, 14 KB, and little enough to hold. */
const maxReview = 16 * 2 ** 20;

function checkSize(bytes: number, where: string): void {
  if (bytes <= maxReview) return;
  throw new DataError(
    `${where}: has ${bytes} bytes, a review at most ${maxReview}; the file is damaged, or no review: get it again`,
  );
}

async function readFolder(path: string): Promise<Review[]> {
  const reviews: Review[] = [];
  for (const part of ["train", "test"]) {
    for (const polarity of ["neg", "pos"]) {
      const folder = join(path, part, polarity);
      const names = await readdir(folder).catch((error: unknown) => {
        throw explainFileError(error, folder);
      });
      for (let from = 0; from < names.length; from += 64) {
        const some = names.slice(from, from + 64).map(async (name) => {
          const file = join(folder, name);
          if (!reviewPath.test(file)) return undefined;
          const bytes = await readReview(file).catch((error: unknown) => {
            throw explainFileError(error, file);
          });
          return reviewOf(file, bytes, file);
        });
        for (const review of await Promise.all(some)) if (review !== undefined) reviews.push(review);
      }
    }
  }
  return reviews;
}

async function readReview(file: string): Promise<Buffer> {
  checkSize((await stat(file)).size, file);
  return readFile(file);
}

async function readArchive(path: string): Promise<Review[]> {
  const reviews: Review[] = [];
  const entries = extract();
  pipeline(createReadStream(path), createGunzip(), entries, () => {}); // its errors reach the loop below through `entries`
  try {
    for await (const entry of entries) {
      if (entry.header.type !== "file" || !reviewPath.test(entry.header.name)) {
        entry.resume();
        continue;
      }
      const where = `${path}: ${entry.header.name}`;
      checkSize(entry.header.size ?? 0, where);
      const review = reviewOf(entry.header.name, await bytesOf(entry), where);
      if (review !== undefined) reviews.push(review);
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    const explained = explainFileError(error, path);
    if (explained instanceof DataError) throw explained;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(`${path}: not a whole .tar.gz (${reason}); get it again: ltt data get imdb`, { cause: error });
  }
  return reviews;
}

/** tar-stream's types do not say what an entry is a stream of (streamx ships none). */
async function bytesOf(entry: object): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Folders list their files, and archives hold them, in any order. */
function inOrder(reviews: readonly Review[], path: string): { train: Example[]; test: Example[] } {
  if (reviews.length === 0) {
    throw new DataError(
      `${path}: holds no review such as train/pos/0_9.txt; is this aclImdb? Get it: ltt data get imdb`,
    );
  }
  const sorted = reviews.toSorted((a, b) => a.label - b.label || a.number - b.number);
  const partOf = (part: "train" | "test") =>
    sorted.filter((review) => review.part === part).map(({ text, label }) => ({ text, label }));
  return { train: partOf("train"), test: partOf("test") };
}
