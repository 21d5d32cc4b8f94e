import { readFile } from "node:fs/promises";
import { RunFolderError } from "@ltt/lottery";
import { publishedCurves } from "@ltt/report";
import { whyUnreadable } from "./why-unreadable.ts";

/**
 * The published curves of a pair. What was published as late rewinding is that of the corrected profile only where it went back to an early
 * epoch.
 *
 * @param where - What a message calls the file. Default: the option with it.
 * @throws {RunFolderError} if the file cannot be read, or has no curves of the pair.
 * @throws {RangeError} if it is of another form.
 */
export async function readPublished(
  file: string,
  { pair, profile }: { readonly pair: string; readonly profile?: string | undefined },
  where = `--published ${file}`,
): Promise<Published> {
  const late = profile === "published-2020" ? "rewind-end-of-dense" : "rewind-epoch-1";
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new RunFolderError(`${where}: ${whyUnreadable(error)}`, { cause: error });
  });
  const published = publishedCurves(text, { pair, arms: new Map([[late, "late-rewinding"]]), file: where });
  if (published.curves.length > 0) return published;
  const { pairs } = JSON.parse(text) as { readonly pairs: object }; // publishedCurves has checked that it has them
  const others = Object.keys(pairs).filter((name) => name !== pair);
  throw new RunFolderError(
    `${where}: has no curves of ${pair}, ${others.length === 0 ? "nor of any pair" : `but of ${others.join(", ")}`}; ` +
      "name another file, or leave --published out",
  );
}

export type Published = ReturnType<typeof publishedCurves>;
