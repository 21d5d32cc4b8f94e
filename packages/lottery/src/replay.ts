import { callable, check, checkOptions, type Kinds, list, text } from "@ltt/core/arguments";
import type { Criterion } from "./criterion.ts";
import { Executor } from "./executor.ts";
import { Graph } from "./graph.ts";
import { signal } from "./kinds.ts";
import { nodesOf } from "./network-files.ts";
import { RunFolderError } from "./run-folder-error.ts";
import type { StopSearch } from "./search.ts";
import { type Store, storeKind } from "./store.ts";
import { checkTask, type Task } from "./task.ts";

export interface ReplayOptions {
  /** In seconds, for receipts; never for results. */
  readonly clock: () => number;
  readonly signal?: AbortSignal | undefined;
  /** Criteria that the node may rest on besides the built-in ones. */
  readonly criteria?: readonly Criterion[] | undefined;
  /** What may end the searches that it rests on, besides the built-in stops. */
  readonly stops?: readonly StopSearch[] | undefined;
}

const OPTIONS: Kinds<ReplayOptions> = { clock: callable, signal, criteria: list, stops: list };

/** What making a node again has shown. */
export interface Replayed {
  /** Files with other bytes, by name: none if the node is what its name says. */
  readonly different: readonly string[];
  readonly files: readonly string[];
}

/**
 * Trains a network of a store again, from what its node and those that it rests on say, and compares every file with
 * what is stored. The networks that it was cut from are taken from the store; nothing there changes.
 *
 * @param hash - Of a `train` node.
 * @param elsewhere - Where the new one is made: another store.
 * @throws {RunFolderError} if there is no such network in the store.
 * @throws {RangeError} if the task or the backend is not the one that the node names.
 */
export async function replay<Input>(
  task: Task<Input>,
  hash: string,
  store: Store,
  elsewhere: Store,
  options: ReplayOptions,
): Promise<Replayed> {
  checkTask("replay", task);
  check("replay", "hash", hash, text);
  check("replay", "store", store, storeKind);
  check("replay", "elsewhere", elsewhere, storeKind);
  const { criteria = [], stops = [], ...others } = checkOptions("replay", options, OPTIONS, ["clock"]);
  const stored = await store.read(hash);
  if (stored === undefined) throw new RunFolderError(`replay: there is no node ${hash}; names are in metrics.csv`);
  const graph = new Graph(nodesOf(stored));
  for (const criterion of criteria) graph.know("replay", criterion);
  for (const stop of stops) graph.knowStop("replay", stop);
  if (graph.node(hash).op !== "train") {
    throw new RunFolderError(`replay: node ${hash} is "${graph.node(hash).op}"; only trained networks are replayed`);
  }
  const source: Store = {
    ...forwarded(elsewhere),
    read: (name) => (name === hash ? elsewhere.read(name) : store.read(name)),
  };
  await new Executor(task, graph, { ...others, store: source, caller: "replay" }).train(hash, `replay of ${hash}`);
  const made = (await elsewhere.read(hash))!;
  const files = [...new Set([...stored.files.keys(), ...made.files.keys()])].sort();
  const different = files.filter((name) => !same(stored.files.get(name), made.files.get(name)));
  return { files, different };
}

/** A store's methods as an object's own, which a spread copies. */
function forwarded(store: Store): Store {
  return {
    has: (hash) => store.has(hash),
    read: (hash) => store.read(hash),
    node: (hash) => store.node(hash),
    list: () => store.list(),
    putIfAbsent: (hash, files, receipt) => store.putIfAbsent(hash, files, receipt),
    quarantine: (hash, why) => store.quarantine(hash, why),
    checkpoints: store.checkpoints,
    putFailed: (hash, files) => store.putFailed(hash, files),
  };
}

function same(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && Buffer.from(a).equals(b);
}
