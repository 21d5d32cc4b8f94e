import { homedir } from "node:os";
import { join } from "node:path";

/** Where downloaded data is kept: `ltt` in the user's cache folder (XDG Base Directory Specification). */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment.XDG_CACHE_HOME;
  return join(base === undefined || base === "" ? join(homedir(), ".cache") : base, "ltt");
}
