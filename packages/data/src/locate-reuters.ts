import { join } from "node:path";
import { checkOptions } from "@ltt/core/arguments";
import { DataError } from "./data-error.ts";
import { firstFound, foldersOf, howToGet, isFile, missing, PLACES, type Places, plainOrGzip } from "./locate.ts";
import { REUTERS_FILES, type ReutersPlace } from "./reuters.ts";

const ARCHIVE = "reuters21578.tar.gz";

/**
 * Finds Reuters-21578: the folder with `reut2-000.sgm` to `reut2-021.sgm`, or the archive `reuters21578.tar.gz`, under `reuters-21578/`,
 * `reuters21578/` or `reuters/`, or directly in the folder; the folder of the files may be a `reuters21578` inside. The place named may
 * also be the archive itself.
 *
 * @throws {DataError} that says what was looked for, where, and how to get it.
 */
export async function locateReuters(places: Places): Promise<ReutersPlace> {
  const { data: named } = checkOptions("locateReuters", places, PLACES);
  if (named !== undefined && (await isFile(named))) {
    if (/\.(tar\.gz|tgz)$/i.test(named)) return { form: "archive", path: named };
    throw new DataError(`reuters: ${named} is no .tar.gz; ${howToGet("reuters")}`);
  }
  const found = await firstFound(foldersOf(places, "reuters-21578", "reuters21578", "reuters"), reutersIn);
  if (found !== undefined) return found;
  throw await missing("reuters", places, { files: [REUTERS_FILES[0]!, ARCHIVE], findIn: reutersIn });
}

async function reutersIn(folder: string): Promise<ReutersPlace | undefined> {
  for (const path of [folder, join(folder, "reuters21578")]) {
    if ((await plainOrGzip(join(path, REUTERS_FILES[0]!))) !== undefined) return { form: "folder", path };
  }
  const archive = join(folder, ARCHIVE);
  return (await isFile(archive)) ? { form: "archive", path: archive } : undefined;
}
