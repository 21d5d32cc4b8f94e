import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { RunFolderError } from "@ltt/lottery";
import { type NotedFile, plannedRuns } from "./run-file.ts";
import type { Subject } from "./subject.ts";

/**
 * The files of a subject of the user's, or its folders of images, with what names their bytes.
 *
 * @throws {RunFolderError} for one that the run folder's run has read and that is not there any more, or is another now.
 */
export async function noteFiles(subject: Subject, folder: string): Promise<readonly NotedFile[]> {
  const earlier = (await plannedRuns(folder).catch(() => [])).flatMap((run) => run.files ?? []);
  const noted: NotedFile[] = [];
  for (const [option, file] of pathsOf(subject)) {
    if (file === undefined) continue;
    const before = earlier.find(({ path }) => path === resolve(file));
    const now = await digestOf(file).catch(async (error: NodeJS.ErrnoException) => {
      // What is wrong in a folder that is there, a link that leads nowhere, is told by who reads it.
      if (error.code !== "ENOENT" || before === undefined || (await isThere(file))) return undefined;
      const kind = subject.ownImages === undefined ? "file" : "folder";
      throw new RunFolderError(
        `${file}: there is no such ${kind}; the run in ${folder} read it (${before.bytes} bytes, SHA-256 ${short(before.sha256)}): if ` +
          `it was moved, name it with --${option}`,
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

/** By the option that names each. */
function pathsOf({ own, ownImages }: Subject): readonly (readonly [NotedFile["option"], string | undefined])[] {
  const parts = ({
    validation,
    test,
  }: {
    readonly validation?: string | undefined;
    readonly test?: string | undefined;
  }) =>
    [
      ["validation", validation],
      ["test", test],
    ] as const;
  if (own !== undefined) return [["texts", own.files.train], ...parts(own.files)];
  return ownImages === undefined ? [] : [["images", ownImages.folder], ...parts(ownImages)];
}

/** The first digits of a digest, for messages. */
function short(sha256: string): string {
  return `${sha256.slice(0, 16)}…`;
}

/** Of a file its bytes; of a folder those of its files, each after its name. */
async function digestOf(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  const bytes = (await stat(path)).isDirectory() ? await addFolder(hash, path) : await addFile(hash, path);
  return { bytes, sha256: hash.digest("hex") };
}

/** What `readImageFolder` reads, in its order; another file beside the classes may come and go. */
async function addFolder(hash: Hash, folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await visibleIn(folder)) {
    if (!(await stat(join(folder, name))).isDirectory()) continue;
    for (const image of await visibleIn(join(folder, name))) {
      const content = await readFile(join(folder, name, image));
      hash.update(`${name}/${image} ${content.length}\n`).update(content);
      bytes += content.length;
    }
  }
  return bytes;
}

/** The names in a folder that are not hidden, in rising order. */
async function visibleIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => !name.startsWith(".")).sort();
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function addFile(hash: Hash, path: string): Promise<number> {
  let bytes = 0;
  await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  });
  return bytes;
}
