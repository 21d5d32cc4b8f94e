import { once } from "node:events";
import type { Readable } from "node:stream";
import { type Entry, open, type ZipFile } from "yauzl";
import { DataError, explainFileError, show } from "./data-error.ts";
import type { GlovePlace } from "./locate.ts";
import { utf8Lines } from "./utf8-lines.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface GloveOptions {
  readonly dimensions: number;
  /** GloVe 6B is all in small letters: give "The" the vector of "the" where it has none of its own. Off unless told. */
  readonly lowercase?: boolean;
}

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
 * Reads the GloVe vectors (Pennington, Socher & Manning, EMNLP 2014) of a vocabulary's words, from lines `word v1 … vN`,
 * in a text file or streamed out of `glove.6B.zip`. Of a word that is there twice the first vector holds.
 *
 * @throws {DataError} `path:line: …` for a line of another form; for a file that is missing, damaged or not UTF-8.
 */
export async function readGlove(place: GlovePlace, vocabulary: Vocabulary, options: GloveOptions): Promise<Glove> {
  const { dimensions, lowercase = false } = options;
  const vectors = new Float32Array(vocabulary.size * dimensions);
  const found = new Uint8Array(vocabulary.size);
  const spellings = lowercase ? spellingsOf(vocabulary) : undefined;
  const exact = new Uint8Array(vocabulary.size);

  let lines = 0;
  for await (const block of linesOf(place, dimensions)) {
    let line = block.line;
    for (const text of block.text.split("\n")) {
      if (text !== "" && text !== "\r") {
        const where = `${place.path}:${line}`;
        const word = wordOf(text, dimensions, where);
        const id = vocabulary.has(word) ? vocabulary.idOf(word) : undefined;
        const others = spellings?.get(word) ?? [];
        if (id !== undefined || others.length > 0) {
          const vector = vectorOf(text, where);
          if (id !== undefined && exact[id] === 0) {
            vectors.set(vector, id * dimensions);
            found[id] = exact[id] = 1;
          }
          for (const other of others) {
            if (found[other] === 0) {
              vectors.set(vector, other * dimensions);
              found[other] = 1;
            }
          }
        }
        lines++;
      }
      line++;
    }
  }
  if (lines === 0) throw new DataError(`${place.path}:1: the file is empty; get it again`);
  const words = vocabulary.size - 2;
  const count = found.reduce((sum, one) => sum + one, 0);
  return { vectors, found, coverage: words === 0 ? 0 : count / words };
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

function wordOf(text: string, dimensions: number, where: string): string {
  let blanks = 0;
  for (let at = text.indexOf(" "); at !== -1; at = text.indexOf(" ", at + 1)) blanks++;
  if (blanks === dimensions) return text.slice(0, text.indexOf(" "));
  throw new DataError(
    `${where}: ${blanks} numbers follow the word, expected ${dimensions}: ${show(text)}; are these ${dimensions}-dimensional vectors?`,
  );
}

function vectorOf(text: string, where: string): number[] {
  return text
    .trimEnd()
    .split(" ")
    .slice(1)
    .map((digits) => {
      const value = Number(digits);
      if (digits === "" || !Number.isFinite(value)) {
        throw new DataError(`${where}: ${show(digits)} is not a number; the file is damaged: get it again`);
      }
      return value;
    });
}

async function* linesOf({ form, path }: GlovePlace, dimensions: number): ReturnType<typeof utf8Lines> {
  if (form === "text") {
    yield* utf8Lines(path);
    return;
  }
  const member = `glove.6B.${dimensions}d.txt`;
  yield* utf8Lines(`${path}/${member}`, memberBytes(path, member));
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
      yield* await streamOf(zip, await findMember(zip, path, member));
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
