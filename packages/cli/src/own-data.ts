import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { type OwnTexts, readOwnTexts, type TextFiles } from "@ltt/data";
import { RunFolderError } from "@ltt/lottery";
import type { GloveAccess } from "./embedding.ts";
import type { PrepareListener } from "./prepare-corpus.ts";
import { prepareEncoded, type TaskSettings } from "./prepare-encoded.ts";
import type { PreparedTask } from "./prepared-task.ts";
import { type NotedFile, plannedRuns } from "./run-file.ts";
import type { OwnData } from "./subject.ts";
import { SPLIT_SEED } from "./task-data.ts";

/** The options that name files, and the part that each is. */
const FILE_OPTIONS = { texts: "train", validation: "validation", test: "test" } as const;

/**
 * The files, with what names their bytes.
 *
 * @throws {RunFolderError} for a file that the run folder's run has read and that is not there any more, or is another now.
 */
export async function noteFiles({ files }: OwnData, folder: string): Promise<readonly NotedFile[]> {
  const earlier = (await plannedRuns(folder).catch(() => [])).flatMap((run) => run.files ?? []);
  const noted: NotedFile[] = [];
  for (const [option, part] of Object.entries(FILE_OPTIONS) as [NotedFile["option"], keyof TextFiles][]) {
    const file = files[part];
    if (file === undefined) continue;
    const before = earlier.find(({ path }) => path === resolve(file));
    const now = await digestOf(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT" || before === undefined) return undefined; // told by who reads it
      throw new RunFolderError(
        `${file}: there is no such file; the run in ${folder} read it (${before.bytes} bytes, SHA-256 ${short(before.sha256)}): if it ` +
          `was moved, name it with --${option}`,
        { cause: error },
      );
    });
    if (now === undefined) continue;
    if (before !== undefined && before.sha256 !== now.sha256) {
      throw new RunFolderError(
        `${file}: has changed since the run in ${folder} read it: SHA-256 ${short(before.sha256)} then, ${short(now.sha256)} now; put ` +
          "it back, or choose another folder with --out",
      );
    }
    noted.push({ option, path: resolve(file), ...now });
  }
  return noted;
}

/** The first digits of a digest, for messages. */
function short(sha256: string): string {
  return `${sha256.slice(0, 16)}…`;
}

async function digestOf(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  });
  return { bytes, sha256: hash.digest("hex") };
}

/** Reads the texts and divides them. @throws {DataError} that names the file, the line and what to do. */
export function readOwn(
  { files, columns }: OwnData,
  { data: { maxLength } }: TaskSettings,
  { say, signal }: PrepareListener,
): Promise<OwnTexts> {
  const onProgress = (file: string, texts: number) => say?.(`${file}: ${texts.toLocaleString("en-US")} texts read`);
  return readOwnTexts(files, columns, { seed: SPLIT_SEED, maxLength, onProgress, signal });
}

/** The task of classifying them. */
export async function prepareOwn(
  texts: OwnTexts,
  { files, model }: OwnData,
  settings: TaskSettings,
  access: GloveAccess,
): Promise<PreparedTask> {
  const { vocabularySize, trainSize } = settings.data;
  const { classes, read } = texts;
  const encoded = texts.encode({ vocabularySize, trainSize });
  const title = Object.values(files).flatMap((file) => (file === undefined ? [] : [basename(file)]));
  // The name is in the hashes of nodes, the file's is not: a file that was moved, or written in another form, is no other data.
  const named = { name: "own texts", title: title.join(", "), classes, read, ...encoded };
  return prepareEncoded(named, model === "cnn" ? "text-cnn" : "text-lstm", settings, access);
}
