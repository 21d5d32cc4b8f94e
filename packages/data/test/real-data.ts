import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The folder of real data sets that tests read: `$LTT_DATA`, or what `../shared/data/unpack` beside the repository unpacks
 * (once; it prints the folder). `undefined`, with a loud word, where neither is.
 *
 * @param needed - Files under the folder that the caller reads, as `imdb/IMDB Dataset.csv`.
 */
export function findRealData(...needed: string[]): string | undefined {
  const folder = process.env.LTT_DATA || unpack();
  if (folder === undefined) {
    console.warn(
      `SKIPPED: tests on real data (${needed.join(", ")}): LTT_DATA is not set and ../shared/data is not there`,
    );
    return undefined;
  }
  const missing = needed.filter((file) => !existsSync(join(folder, file)));
  if (missing.length === 0) return folder;
  console.warn(`SKIPPED: tests on real data: ${missing.join(", ")} not found in ${folder}`);
  return undefined;
}

function unpack(): string | undefined {
  const script = fileURLToPath(new URL("../../../../shared/data/unpack", import.meta.url));
  if (!existsSync(script)) return undefined;
  return execFileSync(script, { encoding: "utf8" }).trim();
}
