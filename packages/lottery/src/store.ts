import { type Kind, object } from "@ltt/core/arguments";
import type { Json } from "./json.ts";
import type { Node } from "./node.ts";

/** Files that were written together, and read back whole: every one had its checksum. */
export interface StoredFiles {
  /** Where they are, for messages. */
  readonly place: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly receipt: Receipt;
}

/** What is known of files besides their content: when they were made, by what, in how many seconds. Never part of a result. */
export type Receipt = { readonly [key: string]: Json } & { readonly seconds: number };

/** A node in the making, after a step. */
export interface StoredCheckpoint extends StoredFiles {
  readonly step: number;
}

/**
 * Where finished nodes are: a folder, or anything that can put if absent. A node is all there or not at all, is never
 * changed, and its name is the hash of its `config.json`, so that any number of processes may share a store: whoever is
 * first has written what the others would have.
 */
export interface Store {
  /** Whether there is a node of this name; `read` says whether it is whole. */
  has(hash: string): Promise<boolean>;
  /**
   * A finished node, every file of it verified. One that is damaged is put into quarantine and counts as absent:
   * whoever asked makes it again.
   */
  read(hash: string): Promise<StoredFiles | undefined>;
  /** What a node is, without its results: its `config.json`, which its name verifies; `undefined` if that is missing or is another's. */
  node(hash: string): Promise<Node | undefined>;
  /** The names of all nodes, sorted. */
  list(): Promise<string[]>;
  /**
   * Writes a finished node, unless it is there.
   *
   * @throws {RunFolderError} if it is there with other bytes: then one of the two was made by other code or a faulty
   *   machine; both are kept.
   */
  putIfAbsent(hash: string, files: ReadonlyMap<string, Uint8Array>, receipt: Receipt): Promise<"stored" | "there">;
  /** Moves a node out of the way; nothing is deleted. */
  quarantine(hash: string, why: string): Promise<void>;
  /** Nodes in the making. */
  readonly checkpoints: {
    /** Keeps how far a node is after `step` steps; earlier ones go only when this is safe. */
    put(hash: string, step: number, files: ReadonlyMap<string, Uint8Array>, receipt: Receipt): Promise<void>;
    /** The latest that is whole. */
    latest(hash: string): Promise<StoredCheckpoint | undefined>;
    drop(hash: string): Promise<void>;
  };
  /** Keeps what is left of a node that could not be made, apart from the nodes. @returns where. */
  putFailed(hash: string, files: ReadonlyMap<string, Uint8Array>): Promise<string>;
}

export const storeKind: Kind = {
  words: "a store: await FolderStore.open(folder) opens one",
  accepts: (value) => {
    const { has, read, node, list, putIfAbsent, checkpoints } = object.accepts(value) ? (value as Partial<Store>) : {};
    return (
      [has, read, node, list, putIfAbsent].every((one) => typeof one === "function") && object.accepts(checkpoints)
    );
  },
};
