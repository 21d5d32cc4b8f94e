import { FolderStore, type Store } from "@ltt/lottery";
import type { StoreAddress } from "./address.ts";
import { Attempts } from "./attempts.ts";
import { type Blobs, FolderBlobs, S3Blobs } from "./blobs.ts";
import { FolderNotes } from "./notes.ts";
import { S3Client, type S3Options } from "./s3-client.ts";
import { S3Store } from "./s3-store.ts";

/** What machines share: nodes, and what these are made of. */
export interface WorkStore {
  readonly nodes: Store;
  readonly blobs: Blobs;
  readonly attempts: Attempts;
  /** For people: without credentials. */
  readonly shown: string;
}

export interface WorkStoreOptions extends S3Options {
  /** Hears of damage that was found and put aside, a line each. */
  readonly onDamage?: ((line: string) => void) | undefined;
}

/**
 * Opens the store of an address.
 *
 * @throws {RunFolderError} if a folder cannot be made or written. S3 is first asked when something is read.
 */
export async function openWorkStore(address: StoreAddress, options: WorkStoreOptions = {}): Promise<WorkStore> {
  const { onDamage, ...s3Options } = options;
  const { shown } = address;
  if (address.kind === "folder") {
    const { path } = address;
    const nodes = await FolderStore.open(path, { onDamage });
    return { nodes, blobs: new FolderBlobs(path), attempts: new Attempts(new FolderNotes(path)), shown };
  }
  const client = new S3Client(address, s3Options);
  const nodes = new S3Store(client, onDamage);
  return { nodes, blobs: new S3Blobs(client), attempts: new Attempts(client), shown };
}
