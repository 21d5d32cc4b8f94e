/** A run folder cannot be read or written, or holds something else than it should. The message names the file and says what to do. */
export class RunFolderError extends Error {
  override readonly name = "RunFolderError";
}

/** Turns what the system says of a file into what happened to it and what to do. */
export async function explained<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof RunFolderError) throw error;
    throw new RunFolderError(`${path}: ${REASONS[code ?? ""] ?? message}`, { cause: error });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full: make room and run the same command again; finished networks are kept",
  EDQUOT: "the disk quota is used up: make room and run the same command again; finished networks are kept",
  ENOENT: "the folder cannot be made there: choose another with --out",
  EACCES: "no permission to write there: choose another folder with --out",
  EPERM: "no permission to write there: choose another folder with --out",
  EROFS: "the file system is read-only: choose another folder with --out",
  EISDIR: "a folder stands where the file should be: move it away, or choose another folder with --out",
  ENOTDIR: "a part of the path is a file, not a folder: choose another folder with --out",
  EEXIST: "a file stands where the folder should be: choose another folder with --out",
};
