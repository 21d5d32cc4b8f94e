import { homedir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * Where downloaded data is kept: `ltt` in the user's cache folder (XDG Base Directory Specification, by which a path that is empty or
 * relative does not count).
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment.XDG_CACHE_HOME ?? "";
  return join(isAbsolute(base) ? base : join(homeFolder(), ".cache"), "ltt");
}

/** The folder with the data sets that the environment names, `LTT_DATA`; a variable that is empty or blank names none. */
export function dataFolder({ LTT_DATA: folder = "" }: NodeJS.ProcessEnv = process.env): string | undefined {
  return folder.trim() === "" ? undefined : folder;
}

/** Node gives `HOME` as it is, even where it is empty. */
function homeFolder(): string {
  const home = homedir();
  return isAbsolute(home) ? home : userInfo().homedir;
}
