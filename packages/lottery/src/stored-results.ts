import { check, count, type Kinds, list, text } from "@ltt/core/arguments";
import { Graph } from "./graph.ts";
import { checkFields } from "./kinds.ts";
import { nodesOf, readNetwork } from "./network-files.ts";
import type { LevelResult } from "./result.ts";
import { resultOf } from "./result-of.ts";
import { type Store, storeKind } from "./store.ts";

/** What results call a network, and its node. */
export interface StoredLevel {
  readonly arm: string;
  readonly seed: number;
  readonly round: number;
  readonly node: string;
}

/**
 * The results of networks that are in a store, from their files alone: neither task nor data is needed. Those that are
 * not there, or are damaged, are left out.
 *
 * @throws {RunFolderError} if the store cannot be read.
 */
export async function storedResults(store: Store, levels: readonly StoredLevel[]): Promise<LevelResult[]> {
  check("storedResults", "store", store, storeKind);
  check("storedResults", "levels", levels, list);
  for (const [i, level] of levels.entries()) checkFields("storedResults", `levels[${i}]`, level, LEVEL);
  const results: LevelResult[] = [];
  for (const { node, ...level } of levels) {
    const stored = await store.read(node);
    if (stored === undefined) continue;
    const { result } = await readNetwork(stored);
    results.push(resultOf(new Graph(nodesOf(stored)), { ...level, network: node }, result));
  }
  return results;
}

const LEVEL: Kinds<StoredLevel> = { arm: text, seed: count, round: count, node: text };
