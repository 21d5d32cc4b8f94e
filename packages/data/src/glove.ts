import { once } from "node:events";
import type { Readable } from "node:stream";
import { check, checkOptions, flag, type Kinds, object, oneOf, positive } from "@ltt/core/arguments";
import { type Entry, open, type ZipFile } from "yauzl";
import { DataError, explainFileError } from "./data-error.ts";
import type { GlovePlace } from "./locate.ts";
import { path as pathKind } from "./path.ts";
import { byteLines } from "./utf8-lines.ts";
import { countNumbers, headerOf, parseVectorLine, type VectorLine, vectorOf, wrongCount } from "./vector-line.ts";
import { type Vocabulary, vocabularyKind } from "./vocabulary.ts";
import { checkMember } from "./zip-check.ts";

export interface GloveOptions {
  readonly dimensions: number;
  /** GloVe 6B is all in small letters: give "The" the vector of "the" where it has none of its own. Off unless told. */
  readonly lowercase?: boolean;
}

const OPTIONS: Kinds<GloveOptions> = { dimensions: positive, lowercase: flag };
const form = oneOf("text", "archive");

/** Vectors for the words of a vocabulary. */
export interface Glove {
  /** Row i, of `dimensions` numbers, is the vector of word i; zeros where none was found. `[size, dimensions]` */
  readonly vectors: Float32Array;
  /** 1 for each word that has a vector, `[size]`. */
  readonly found: Uint8Array;
  /** Fraction of the vocabulary's words, `<unk>` and `<pad>` not counted, that have one. */
  readonly coverage: number;
}

/**
 * Reads the GloVe vectors (Pennington, Socher & Manning, EMNLP 2014) of a vocabulary's words, in a text file (or one that gzip
 * compressed), or streamed out of `glove.6B.zip`, whose bytes are checked against its CRC-32.
 *
 * A line is a word and N numbers: the last N fields are the vector, what stands before is the word, so that it may hold blanks, as some
 * of glove.840B do. Blanks, tabs and carriage returns at a line's end do not count. A first line of two integers, as word2vec and
 * fastText write, is a header. Of a word that is there twice the first vector holds. Numbers, and bytes that are not UTF-8, matter
 * in the words that are looked for only.
 *
 * @throws {DataError} `path:line: …` for a line of fewer fields, a number that is not decimal or beyond float32, a file of other
 * dimensions; for a file that is missing or damaged.
 * @throws {TypeError} if an option is unknown, or the place or the vocabulary is none.
 * @throws {RangeError} if `dimensions` is not a positive integer, or so large that the vectors have more than 2³¹ values.
 */
export async function readGlove(place: GlovePlace, vocabulary: Vocabulary, options: GloveOptions): Promise<Glove> {
  check("readGlove", "place", place, object);
  check("readGlove", "place.form", place.form, form);
  check("readGlove", "place.path", place.path, pathKind);
  check("readGlove", "vocabulary", vocabulary, vocabularyKind);
  const { dimensions, lowercase = false } = checkOptions("readGlove", options, OPTIONS, ["dimensions"]);
  if (vocabulary.size * dimensions > 2 ** 31) {
    throw new RangeError(`readGlove: ${vocabulary.size} words of ${dimensions} dimensions are more than 2³¹ values`);
  }
  const vectors = new Float32Array(vocabulary.size * dimensions);
  const found = new Uint8Array(vocabulary.size);
  const spellings = lowercase ? spellingsOf(vocabulary) : undefined;
  const exact = new Uint8Array(vocabulary.size);

  const take = (text: string, line: VectorLine, where: string) => {
    const id = vocabulary.has(line.word) ? vocabulary.idOf(line.word) : undefined;
    const others = spellings?.get(line.word) ?? [];
    if ((id === undefined && others.length === 0) || line.word.includes("\ufffd")) return; // U+FFFD: bytes of another encoding
    const vector = vectorOf(text, line, where);
    if (id !== undefined && exact[id] === 0) {
      vectors.set(vector, id * dimensions);
      found[id] = exact[id] = 1;
    }
    for (const other of others) {
      if (found[other] === 1) continue;
      vectors.set(vector, other * dimensions);
      found[other] = 1;
    }
  };

  let rows = 0;
  for await (const block of linesOf(place, dimensions)) {
    let number = block.line;
    for (const text of block.bytes.toString("utf8").split("\n")) {
      const where = `${place.path}:${number}`;
      if (number++ === 1 && isHeader(text, dimensions, where)) continue;
      const line = parseVectorLine(text, dimensions, where);
      if (line === undefined) continue;
      if (rows++ === 0) checkDimensions(text, dimensions, where);
      take(text, line, where);
    }
  }
  if (rows === 0) throw new DataError(`${place.path}:1: the file is empty; get it again`);
  const words = vocabulary.size - 2;
  const count = found.reduce((sum, one) => sum + one, 0);
  return { vectors, found, coverage: words === 0 ? 0 : count / words };
}

/** Two integers are a row where one dimension is asked for. */
function isHeader(text: string, dimensions: number, where: string): boolean {
  const header = headerOf(text);
  if (header === undefined || dimensions === 1) return false;
  if (header.dimensions === dimensions) return true;
  throw new DataError(
    `${where}: the header says ${header.dimensions} dimensions, ${dimensions} are asked for; is this another file?`,
  );
}

/** Later lines of more numbers are words that end in numbers. */
function checkDimensions(text: string, dimensions: number, where: string): void {
  const numbers = countNumbers(text);
  if (numbers !== undefined && numbers !== dimensions) throw wrongCount(text, numbers, dimensions, where);
}

/** Words that are not in small letters, by how they are written so. */
function spellingsOf(vocabulary: Vocabulary): ReadonlyMap<string, readonly number[]> {
  const spellings = new Map<string, number[]>();
  for (const [id, word] of vocabulary.words.entries()) {
    const small = word.toLowerCase();
    if (small === word) continue;
    const ids = spellings.get(small);
    if (ids === undefined) spellings.set(small, [id]);
    else ids.push(id);
  }
  return spellings;
}

function linesOf({ form, path }: GlovePlace, dimensions: number): ReturnType<typeof byteLines> {
  if (form === "text") return byteLines(path);
  const member = `glove.6B.${dimensions}d.txt`;
  return byteLines(`${path}/${member}`, memberBytes(path, member));
}

async function* memberBytes(path: string, member: string): AsyncGenerator<Buffer, void, undefined> {
  const damaged = (error: unknown) => {
    if (error instanceof DataError) return error;
    const explained = explainFileError(error, path);
    if (explained instanceof DataError) return explained;
    const reason = error instanceof Error ? error.message : String(error);
    return new DataError(`${path}: not a whole zip file (${reason}); get it again: ltt data get glove`, {
      cause: error,
    });
  };
  try {
    const zip = await openZip(path);
    try {
      const entry = await findMember(zip, path, member);
      yield* checkMember(await streamOf(zip, entry), { size: entry.uncompressedSize, crc32: entry.crc32 });
    } finally {
      zip.close();
    }
  } catch (error) {
    throw damaged(error);
  }
}

function openZip(path: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    open(path, { lazyEntries: true, autoClose: false }, (error, zip) => (error ? reject(error) : resolve(zip)));
  });
}

async function findMember(zip: ZipFile, path: string, member: string): Promise<Entry> {
  const end = once(zip, "end").then(() => undefined);
  for (;;) {
    const next = once(zip, "entry");
    zip.readEntry();
    const entry = (await Promise.race([next, end]))?.[0] as Entry | undefined;
    if (entry === undefined) throw new DataError(`${path}: holds no ${member}; is this glove.6B.zip?`);
    if (entry.fileName === member) return entry;
  }
}

function streamOf(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)));
  });
}
