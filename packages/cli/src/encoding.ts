import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseVocabulary, type Vocabulary } from "@ltt/data";
import { RunFolderError, writeAtomic } from "@ltt/lottery";
import { type ImageShape, isShape } from "./architecture.ts";

/**
 * How a text became the ids that the networks of a run read, and what their answers stand for: whoever uses a network without its data set
 * needs it.
 */
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

/** What the images of a run are, and what answers stand for. */
export interface ImageEncoding extends Pick<Encoding, "corpus" | "classes"> {
  /** `[channels, height, width]` */
  readonly shape: ImageShape;
}

const VERSION = 1;

/**
 * Keeps an encoding in a run folder, as `encodings/DIGEST.json`, by the digest of what was encoded, which every trained node names. Outside
 * the hashes: it is a function of the data.
 */
export async function keepEncoding(folder: string, digest: string, encoding: Encoding | ImageEncoding): Promise<void> {
  const { corpus, classes } = encoding;
  const words = "vocabulary" in encoding ? textPart(encoding) : { shape: encoding.shape };
  const path = pathOf(folder, digest);
  await mkdir(join(folder, "encodings"), { recursive: true });
  await writeAtomic(path, `${JSON.stringify({ version: VERSION, corpus, classes, ...words })}\n`);
}

function textPart({ several, maxLength, vocabulary }: Encoding) {
  return { several, maxLength, vocabulary: JSON.parse(vocabulary.toJson()) };
}

/**
 * The encoding of texts that a run folder keeps.
 *
 * @throws {RunFolderError} if there is none, or it is something else.
 */
export async function readEncoding(folder: string, digest: string): Promise<Encoding> {
  const path = pathOf(folder, digest);
  const kept = await keptIn(path);
  if (kept === undefined)
    throw new RunFolderError(`${path}: is not there: run the same command again, which writes it`);
  const names = namesIn(kept, path);
  const { several, maxLength, vocabulary } = kept;
  if (maxLength !== null && !Number.isSafeInteger(maxLength)) throw wrong(path, "does not say where texts are cut");
  return {
    ...names,
    maxLength: maxLength as number | null,
    ...(several === true ? { several } : {}),
    vocabulary: parseVocabulary(JSON.stringify(vocabulary ?? null), path),
  };
}

/**
 * What a run folder keeps of its images; `undefined` of a run before this was kept.
 *
 * @throws {RunFolderError} if it is something else.
 */
export async function readImageEncoding(folder: string, digest: string): Promise<ImageEncoding | undefined> {
  const path = pathOf(folder, digest);
  const kept = await keptIn(path);
  if (kept === undefined) return undefined;
  if (!isShape(kept.shape)) throw wrong(path, "does not say what images it is of");
  return { ...namesIn(kept, path), shape: kept.shape };
}

type Kept = Readonly<Record<string, unknown>>;

async function keptIn(path: string): Promise<Kept | undefined> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw new RunFolderError(`${path}: ${cause.message}`, { cause });
  });
  if (text === undefined) return undefined;
  let kept: Kept;
  try {
    kept = JSON.parse(text) ?? {};
  } catch {
    throw wrong(path, "is not JSON");
  }
  if (kept.version !== VERSION) throw wrong(path, "is of another version");
  return kept;
}

function namesIn({ corpus, classes }: Kept, path: string): Pick<Encoding, "corpus" | "classes"> {
  const isText = (value: unknown): value is string => typeof value === "string";
  if (!isText(corpus) || !Array.isArray(classes) || !classes.every(isText)) throw wrong(path, "names no classes");
  return { corpus, classes };
}

function wrong(path: string, what: string): RunFolderError {
  return new RunFolderError(`${path}: ${what}: remove it, and run the same command again`);
}

function pathOf(folder: string, digest: string): string {
  return join(folder, "encodings", `${digest}.json`);
}
