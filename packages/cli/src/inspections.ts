import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { RunFolderError, writeAtomic } from "@ltt/lottery";
import type { InspectedNetwork } from "@ltt/report";

/** What looks inside networks of a run have found: `inspection.json` in its folder. */
const FILE = "inspection.json";
const VERSION = 1;

/** @throws {RunFolderError} if the file is of another version, or something else. */
export async function readInspections(folder: string): Promise<readonly InspectedNetwork[]> {
  const path = join(folder, FILE);
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw new RunFolderError(`${path}: ${error.message}`, { cause: error });
  });
  if (text === undefined) return [];
  try {
    const { version, networks } = JSON.parse(text) as { version: number; networks: InspectedNetwork[] };
    if (version === VERSION && Array.isArray(networks)) return networks;
  } catch {
    // told below
  }
  throw new RunFolderError(`${path}: is of another version of ltt, or damaged: remove it, and inspect again`);
}

/** Adds what was found of a network, in place of what was found of it before. */
export async function noteInspection(folder: string, found: InspectedNetwork): Promise<void> {
  const others = (await readInspections(folder)).filter(({ node }) => node !== found.node);
  const networks = [...others, found].sort((a, b) => a.round - b.round || a.seed - b.seed || (a.arm < b.arm ? -1 : 1));
  await writeAtomic(join(folder, FILE), `${JSON.stringify({ version: VERSION, networks }, null, 2)}\n`);
}
