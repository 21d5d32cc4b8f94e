import { readFile } from "node:fs/promises";
import { RunFolderError } from "@ltt/lottery";
import { publishedCurves } from "@ltt/report";

/**
 * The published curves of a pair. What was published as late rewinding is that of the corrected profile only where it went back to an early
 * epoch.
 */
export async function readPublished(
  file: string,
  { pair, profile }: { readonly pair: string; readonly profile?: string | undefined },
): Promise<Published> {
  const late = profile === "published-2020" ? "rewind-end-of-dense" : "rewind-epoch-1";
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    const why: Record<string, string> = {
      ENOENT: "there is no such file",
      ENOTDIR: "there is no such file",
      EISDIR: "this is a folder; name a JSON file in it",
      EACCES: "no permission to read it",
    };
    throw new RunFolderError(`--published ${file}: ${why[error.code ?? ""] ?? error.message}`, { cause: error });
  });
  return publishedCurves(text, { pair, arms: new Map([[late, "late-rewinding"]]), file: `--published ${file}` });
}

export type Published = ReturnType<typeof publishedCurves>;
