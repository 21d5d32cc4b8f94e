import { join } from "node:path";
import { check, checkOptions, type Kinds, object, oneOf } from "@ltt/core/arguments";
import { type Corpus, corpusOf } from "./corpus.ts";
import { DataError } from "./data-error.ts";
import { fileBytes } from "./file-bytes.ts";
import { plainOrGzip } from "./locate.ts";
import { path as pathKind } from "./path.ts";
import { type ReutersDocument, reutersDocuments } from "./reuters-sgml.ts";
import { examplesOfSeveral, type TextWithLabels } from "./several-labels.ts";
import { tarMembers } from "./tar-member.ts";

export interface ReutersPlace {
  readonly form: "folder" | "archive";
  readonly path: string;
}

/** The 22 files that hold the documents. */
export const REUTERS_FILES: readonly string[] = Array.from(
  { length: 22 },
  (_, i) => `reut2-${String(i).padStart(3, "0")}.sgm`,
);

/** How many topics: the ten most frequent ones, or all 90 that have a training and a test document. */
export const REUTERS_TOPICS = [10, 90] as const;
export type ReutersTopics = (typeof REUTERS_TOPICS)[number];

export interface ReutersOptions {
  /** Default 10. */
  readonly topics?: ReutersTopics | undefined;
}

const form = oneOf("folder", "archive");
const OPTIONS: Kinds<ReutersOptions> = {
  topics: {
    type: "number",
    words: "10 or 90",
    accepts: (value) => REUTERS_TOPICS.some((topics) => topics === value),
  },
};

/**
 * Reuters-21578, Distribution 1.0 (Lewis, 1997): newswire of 1987 with topics, none to many a document, in the ModApté split: 9,603
 * documents to train (`LEWISSPLIT="TRAIN"`, `TOPICS="YES"`), 3,299 to test (`LEWISSPLIT="TEST"`, `TOPICS="YES"`).
 *
 * - **R90**: the 90 topics with a training and a test document at least; 7,770 and 3,019 documents have one of them. (Yang & Liu, SIGIR
 *   1999, count 7,769 to train in their edition.)
 * - **R10**: the ten topics with the most training documents; 6,490 and 2,545 documents.
 *
 * Topics are in alphabetical order. Of a document's topics those that are not among the chosen ones are left out, and documents without any
 * of these. The text is title and body, with a blank line between; of one without a body the title, or what stands there unmarked
 * (`TYPE="UNPROC"`).
 *
 * It is read from the folder with `reut2-000.sgm` to `reut2-021.sgm`, each as it is or with `.gz`, or out of `reuters21578.tar.gz`, which
 * is streamed and never unpacked.
 *
 * @throws {DataError} for a file that is missing or malformed, with its line; where the files hold no topic with a training and a test
 *   document.
 */
export async function readReuters(place: ReutersPlace, options: ReutersOptions = {}): Promise<Corpus> {
  check("readReuters", "place", place, object);
  check("readReuters", "place.form", place.form, form);
  check("readReuters", "place.path", place.path, pathKind);
  const { topics = 10 } = checkOptions("readReuters", options, OPTIONS);
  const [train, test]: [ReutersDocument[], ReutersDocument[]] = [[], []];
  for await (const document of documentsOf(place)) {
    if (!document.hasTopics) continue;
    if (document.split === "TRAIN") train.push(document);
    if (document.split === "TEST") test.push(document);
  }
  const classes = topicsOf(train, test, topics);
  if (classes.length === 0) {
    throw new DataError(
      `${place.path}: no topic has a training and a test document; get the published files: ltt data get reuters`,
    );
  }
  const corpus = { name: `reuters-r${topics}`, classes };
  return corpusOf({ ...corpus, train: examplesOf(train, classes), test: examplesOf(test, classes) });
}

/** In the order of the files, which an archive may hold in any. */
async function* documentsOf({ form, path }: ReutersPlace): AsyncGenerator<ReutersDocument, void, undefined> {
  if (form === "folder") {
    for (const name of REUTERS_FILES) {
      const file = (await plainOrGzip(join(path, name))) ?? join(path, name);
      yield* reutersDocuments(await wholeFile(file), file);
    }
    return;
  }
  const files = new Map<string, Buffer>();
  for await (const { name, bytes } of tarMembers(path, (name) => REUTERS_FILES.includes(name))) files.set(name, bytes);
  for (const name of REUTERS_FILES) {
    const bytes = files.get(name);
    if (bytes === undefined) throw new DataError(`${path}: has no ${name}; get it again: ltt data get reuters`);
    yield* reutersDocuments(bytes, `${path}: ${name}`);
  }
}

async function wholeFile(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of fileBytes(path)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function topicsOf(
  train: readonly ReutersDocument[],
  test: readonly ReutersDocument[],
  topics: ReutersTopics,
): string[] {
  const counts = new Map<string, number>();
  for (const document of train) for (const topic of document.topics) counts.set(topic, (counts.get(topic) ?? 0) + 1);
  const tested = new Set(test.flatMap((document) => document.topics));
  const both = [...counts].filter(([topic]) => tested.has(topic)).sort(([a], [b]) => (a < b ? -1 : 1));
  if (topics === 90) return both.map(([topic]) => topic);
  const frequent = both.toSorted(([, a], [, b]) => b - a).slice(0, topics); // of equal ones the first
  return frequent.map(([topic]) => topic).sort();
}

function examplesOf(documents: readonly ReutersDocument[], classes: readonly string[]) {
  const index = new Map(classes.map((topic, i) => [topic, i]));
  const texts = documents.flatMap(({ text, topics }): TextWithLabels[] => {
    const labels = topics.flatMap((topic) => index.get(topic) ?? []);
    return labels.length === 0 ? [] : [{ text, labels }];
  });
  return examplesOfSeveral(texts, classes.length);
}
