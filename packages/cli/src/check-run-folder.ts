import { stat } from "node:fs/promises";
import { join } from "node:path";
import { FolderStore, RunFolderError } from "@ltt/lottery";
import { ARCHIVE } from "./archive-file.ts";

/** The files that a run writes beside its nodes. */
const REPORTS = [
  "run.json",
  "metrics.csv",
  "tensors.csv",
  "curves.csv",
  "statistics.csv",
  "inspection.json",
  "latency.json",
  "latency.csv",
  "model-card.md",
  "report.html",
  ARCHIVE,
] as const;

/**
 * Refuses a run folder that cannot be written, or in which something of another kind has the name of what a run writes: before the data is
 * read and networks are trained, which takes a while.
 */
export async function checkRunFolder(folder: string): Promise<void> {
  await FolderStore.check(folder);
  const isFolder = async (name: string) =>
    stat(join(folder, name)).then(
      (found) => found.isDirectory(),
      () => undefined,
    );
  for (const name of REPORTS) {
    if ((await isFolder(name)) !== true) continue;
    throw new RunFolderError(
      `${join(folder, name)}: is a folder; a run writes a file there: move it away, or choose another folder with --out`,
    );
  }
  for (const name of [
    "nodes",
    "encodings",
    "events",
    "unfinished",
    "failed",
    "quarantine",
    "conflicts",
    "data",
    "plans",
    "attempts",
  ]) {
    if ((await isFolder(name)) !== false) continue;
    throw new RunFolderError(
      `${join(folder, name)}: is a file; a run keeps a folder there: move it away, or choose another folder with --out`,
    );
  }
}
