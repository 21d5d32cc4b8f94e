import { map, text } from "@ltt/core/arguments";
import { canonicalJson, type Json, sha256 } from "./json.ts";
import { checkFields } from "./kinds.ts";
import { nodesOf } from "./network-files.ts";
import { hashOf, type Node } from "./node.ts";
import { GIVEN } from "./operations.ts";
import type { StoredFiles } from "./store.ts";

/**
 * What a network is but for its seed: a hash of its node, and of all nodes that it rests on, without their seeds and
 * without the names of tickets that came from other runs. Networks of one arm and round that agree in it are
 * repetitions of one experiment, wherever they were trained.
 *
 * @param stored - `config.json` and `lineage.json` of a trained network.
 * @throws {RunFolderError} if one is missing, or is something else.
 */
export function experimentOf(stored: StoredFiles): string {
  checkFields("experimentOf", "stored", stored, { place: text, files: map });
  const nodes = nodesOf(stored);
  const byHash = new Map(nodes.map((node) => [hashOf(node) as string, node]));
  const found = new Map<string, string>();
  const visit = (hash: string): string => {
    const node = byHash.get(hash);
    if (node === undefined) return hash;
    if (!found.has(hash)) found.set(hash, sha256(canonicalJson(withoutSeed(node, visit))).slice(0, 16));
    return found.get(hash)!;
  };
  return visit(hashOf(nodes[0]!));
}

function withoutSeed({ op, version, params, inputs }: Node, visit: (hash: string) => string): Json {
  const { seed: _seed, ...others } = params;
  const named = Object.entries(inputs).map(([name, hash]) => [name, visit(hash)] as const);
  return { op, version, params: op === GIVEN.name ? {} : others, inputs: Object.fromEntries(named) };
}
