import { basename } from "node:path";
import { type OwnTexts, readOwnTexts } from "@ltt/data";
import type { GloveAccess } from "./embedding.ts";
import type { PrepareListener } from "./prepare-corpus.ts";
import { prepareEncoded, type TaskSettings } from "./prepare-encoded.ts";
import type { PreparedTask } from "./prepared-task.ts";
import type { OwnData } from "./subject.ts";
import { SPLIT_SEED } from "./task-data.ts";

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
