import type { FolderStore, Receipt, Store, StoredFiles } from "@ltt/lottery";

/**
 * A run folder that has what a store of many machines has: a node that is read comes from there and stays here, so that the folder ends as
 * that of a run on one machine; what is written goes to both. Checkpoints are those of the store. The list is that of the folder, since
 * others keep their nodes in the store too.
 */
export class MirroredStore implements Store {
  readonly #near: FolderStore;
  readonly #far: Store;
  readonly checkpoints: Store["checkpoints"];

  constructor(near: FolderStore, far: Store) {
    this.#near = near;
    this.#far = far;
    this.checkpoints = far.checkpoints;
  }

  async has(hash: string): Promise<boolean> {
    return (await this.#near.has(hash)) || (await this.#far.has(hash));
  }

  async read(hash: string): Promise<StoredFiles | undefined> {
    const near = await this.#near.read(hash);
    if (near !== undefined) return near;
    const far = await this.#far.read(hash);
    if (far === undefined) return undefined;
    const { node: _node, files: _files, ...receipt } = far.receipt;
    await this.#near.putIfAbsent(hash, far.files, receipt as Receipt);
    return this.#near.read(hash);
  }

  async node(hash: string): ReturnType<Store["node"]> {
    return (await this.#near.node(hash)) ?? this.#far.node(hash);
  }

  async list(): Promise<string[]> {
    return this.#near.list();
  }

  async putIfAbsent(
    hash: string,
    files: ReadonlyMap<string, Uint8Array>,
    receipt: Receipt,
  ): Promise<"stored" | "there"> {
    await this.#near.putIfAbsent(hash, files, receipt);
    return this.#far.putIfAbsent(hash, files, receipt);
  }

  async quarantine(hash: string, why: string): Promise<void> {
    await this.#near.quarantine(hash, why);
  }

  async putFailed(hash: string, files: ReadonlyMap<string, Uint8Array>): Promise<string> {
    return this.#near.putFailed(hash, files);
  }
}
