import { stat } from "node:fs/promises";
import { RunFolderError } from "@ltt/lottery";
import { whyUnreadable } from "./why-unreadable.ts";

/**
 * What is at a path; `undefined` where nothing is.
 *
 * @throws {RunFolderError} if it cannot be told.
 */
export async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  return stat(path).then(
    (found) => (found.isDirectory() ? "folder" : "file"),
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
      throw new RunFolderError(`${path}: ${whyUnreadable(error)}`, { cause: error });
    },
  );
}

/** What to do where a command reads a run, and a path leads to none. */
export const NAME_A_RUN = "name a run folder, as ltt run --out does";

/** @throws {RunFolderError} if no folder is at the path; it ends with the advice. */
export async function checkIsFolder(path: string, advice: string = NAME_A_RUN): Promise<void> {
  const kind = await kindOf(path);
  if (kind === "folder") return;
  throw new RunFolderError(`${path}: ${kind === "file" ? "this is a file" : "there is no such folder"}; ${advice}`);
}
