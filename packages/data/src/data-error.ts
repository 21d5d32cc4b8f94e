/**
 * Something is wrong with the data or with getting it, and a person can put it right.
 *
 * The message is one line: which file (and line), what came, what is wrong, what to do. A program
 * prints it as it is; a stack trace says nothing more.
 */
export class DataError extends Error {
  override readonly name = "DataError";
}

/** The beginning of what came, quoted, on one line, for a message. */
export function show(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

/** The system's own name of a file error, `ENOENT` or `EACCES`, or `undefined` if `error` is none. */
export function errorCode(error: unknown): string | undefined {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return undefined;
}

/** A file system's error as one line about `path`; anything else comes back as it was. */
export function explainFileError(error: unknown, path: string): unknown {
  const reason = { ...fileErrors, ...writeErrors }[errorCode(error) ?? ""];
  return reason === undefined ? error : new DataError(`${path}: ${reason}`, { cause: error });
}

const fileErrors: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "part of this path is a file, not a folder",
  EEXIST: "there is a file where a folder is needed; move it away or choose another folder",
  EISDIR: "is a folder, a file was expected",
  EACCES: "permission denied; change the permissions or choose another folder",
  EPERM: "operation not permitted; change the permissions or choose another folder",
};

const writeErrors: Readonly<Record<string, string>> = {
  EROFS: "the file system is read-only; choose another folder",
  ENOSPC: "no space left on this disk; free some or choose another folder",
  EDQUOT: "the disk quota is used up; free some space or choose another folder",
};
