import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseVocabulary, type Vocabulary } from "@ltt/data";
import { RunFolderError, writeAtomic } from "@ltt/lottery";

/** How a text became the ids that the networks of a run read, and what their answers stand for: whoever uses a network without its data set needs it. */
export interface Encoding {
  readonly corpus: string;
  /** The name of each class. */
  readonly classes: readonly string[];
  /** Tokens after which texts are cut; `null` where they are whole. */
  readonly maxLength: number | null;
  readonly vocabulary: Vocabulary;
  /** Whether a text may have several of the classes. Default: it has one. */
  readonly several?: boolean | undefined;
}

const VERSION = 1;

/**
 * Keeps an encoding in a run folder, as `encodings/DIGEST.json`, by the digest of what was encoded, which every trained node names. Outside the hashes: it is a
 * function of the data.
 */
export async function keepEncoding(folder: string, digest: string, encoding: Encoding): Promise<void> {
  const { corpus, classes, maxLength, vocabulary, several } = encoding;
  const words = JSON.parse(vocabulary.toJson());
  const written = { version: VERSION, corpus, classes, several, maxLength, vocabulary: words };
  const path = pathOf(folder, digest);
  await mkdir(join(folder, "encodings"), { recursive: true });
  await writeAtomic(path, `${JSON.stringify(written)}\n`);
}

/**
 * An encoding that a run folder keeps.
 *
 * @throws {RunFolderError} if there is none, or it is something else.
 */
export async function readEncoding(folder: string, digest: string): Promise<Encoding> {
  const path = pathOf(folder, digest);
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOENT" ? "is not there: run the same command again, which writes it" : cause.message;
    throw new RunFolderError(`${path}: ${why}`, { cause });
  });
  const wrong = (what: string) => new RunFolderError(`${path}: ${what}: remove it, and run the same command again`);
  let written: Partial<Record<keyof Encoding | "version", unknown>> | null;
  try {
    written = JSON.parse(text);
  } catch {
    throw wrong("is not JSON");
  }
  const { version, corpus, classes, several, maxLength, vocabulary } = written ?? {};
  if (version !== VERSION) throw wrong("is of another version");
  const isText = (value: unknown) => typeof value === "string";
  if (!isText(corpus) || !Array.isArray(classes) || !classes.every(isText)) throw wrong("names no classes");
  if (maxLength !== null && !Number.isSafeInteger(maxLength)) throw wrong("does not say where texts are cut");
  return {
    corpus: corpus as string,
    classes: classes as string[],
    maxLength: maxLength as number | null,
    ...(several === true ? { several } : {}),
    vocabulary: parseVocabulary(JSON.stringify(vocabulary ?? null), path),
  };
}

function pathOf(folder: string, digest: string): string {
  return join(folder, "encodings", `${digest}.json`);
}
