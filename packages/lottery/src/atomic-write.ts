// By hand and not by write-file-atomic: version 8 wants Node 22, none waits until the disk has the folder's list of
// names, and a run folder needs both whole files and whole folders.
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { bytes, check, type Kind, text } from "@ltt/core/arguments";
import { path as aPath } from "./kinds.ts";
import { partialFile } from "./partial-files.ts";
import { explained } from "./run-folder-error.ts";

/**
 * Writes a whole file or nothing: a temporary file beside it, synchronised, renamed.
 *
 * @throws {RunFolderError} if the disk is full or the folder cannot be written.
 */
export async function writeAtomic(path: string, content: string | Uint8Array): Promise<void> {
  check("writeAtomic", "path", path, aPath);
  check("writeAtomic", "content", content, contentKind);
  const partial = partialFile(path);
  await explained(path, async () => {
    try {
      await writeSynced(partial, Buffer.from(content));
      await rename(partial, path);
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
    await syncFolder(join(path, ".."));
  });
}

const contentKind: Kind = {
  words: "a string or a Uint8Array",
  accepts: (content) => text.accepts(content) || bytes.accepts(content),
};

/** Writes a file and waits until the disk has it. */
export async function writeSynced(path: string, content: Uint8Array): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Waits until the disk has a folder's list of names. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * `mkdir -p`, one folder at a time: Node 20's recursive form never returns under `/proc`, where the parent is there and
 * yet nothing can be made in it. Other processes may make the same folders meanwhile.
 */
export async function makeFolder(path: string): Promise<void> {
  const wrong = await tryMakeFolder(path);
  if (wrong === undefined) return;
  const parent = dirname(path);
  if (wrong.code !== "ENOENT" || parent === path) throw wrong;
  await makeFolder(parent);
  const again = await tryMakeFolder(path);
  if (again !== undefined) throw again;
}

async function tryMakeFolder(path: string): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await mkdir(path);
    return undefined;
  } catch (error) {
    const wrong = error as NodeJS.ErrnoException;
    return wrong.code === "EEXIST" && (await stat(path)).isDirectory() ? undefined : wrong;
  }
}
