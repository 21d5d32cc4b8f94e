import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { check } from "@ltt/core/arguments";
import { z } from "zod";
import { path as aPath } from "./kinds.ts";
import { namesIn } from "./partial-files.ts";
import { explained } from "./run-folder-error.ts";

/** What is in a run folder, by name: nothing of it is verified, and nothing is changed. */
export interface FolderContents {
  /** Finished nodes, and the seconds that each took; `undefined` where its receipt cannot be read. */
  readonly nodes: ReadonlyMap<string, number | undefined>;
  /** Nodes in the making, and the step after which each was kept. */
  readonly unfinished: ReadonlyMap<string, number>;
  /** Nodes that could not be made. */
  readonly failed: readonly string[];
  /** Folders of what was damaged, and of what two processes made differently: `HASH-N`. */
  readonly quarantined: readonly string[];
  readonly conflicting: readonly string[];
}

/** @throws {RunFolderError} if it cannot be read. A folder that is not there is empty. */
export async function folderContents(folder: string): Promise<FolderContents> {
  check("folderContents", "folder", folder, aPath);
  return explained(folder, async () => {
    const names = async (part: string) =>
      (await namesIn(join(folder, part))).filter((name) => !name.startsWith(".")).sort();
    const unfinished = new Map<string, number>();
    for (const name of await names("unfinished")) {
      const [hash, step] = name.split("-");
      unfinished.set(hash!, Math.max(Number(step), unfinished.get(hash!) ?? 0));
    }
    const nodes = new Map<string, number | undefined>();
    for (const hash of await names("nodes")) nodes.set(hash, await secondsOf(join(folder, "nodes", hash)));
    return {
      nodes,
      unfinished,
      failed: await names("failed"),
      quarantined: await names("quarantine"),
      conflicting: await names("conflicts"),
    };
  });
}

async function secondsOf(node: string): Promise<number | undefined> {
  try {
    return receiptSchema.parse(JSON.parse(await readFile(join(node, "receipt.json"), "utf8"))).seconds;
  } catch {
    return undefined; // damaged, or going just now: whoever needs the node will say so
  }
}

const receiptSchema = z.looseObject({ seconds: z.number() });
