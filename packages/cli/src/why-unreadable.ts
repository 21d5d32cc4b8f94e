/** Why a file cannot be read: what follows its path in a message. */
export function whyUnreadable({ code = "", message }: NodeJS.ErrnoException): string {
  return REASONS[code] ?? message;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EISDIR: "this is a folder; name a file in it",
  EACCES: "no permission to read it",
};
