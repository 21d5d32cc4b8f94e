import { access, constants, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { text as aString, callable, check, checkOptions, count, list } from "@ltt/core/arguments";
import { makeFolder, syncFolder, writeAtomic, writeSynced } from "./atomic-write.ts";
import { canonicalJson, sha256 } from "./json.ts";
import { path as aPath } from "./kinds.ts";
import type { Node } from "./node.ts";
import { namesIn, partialFolder, sweepPartial } from "./partial-files.ts";
import { explained, RunFolderError } from "./run-folder-error.ts";
import type { Receipt, Store, StoredCheckpoint, StoredFiles } from "./store.ts";
import { checkFiles, checkHash, checkReceipt, decodeReceipt, encodeReceipt, nodeIn, sumsOf } from "./store-files.ts";

export interface FolderStoreOptions {
  /** Hears of damage that was found and put into quarantine, a line each. */
  readonly onDamage?: ((line: string) => void) | undefined;
}

/**
 * A store in a run folder:
 *
 * - `nodes/HASH/`: a finished node: its files, and `receipt.json` with the SHA-256 of each and of itself;
 * - `unfinished/HASH-STEP/`: a node in the making, in the same form;
 * - `quarantine/NAME-N/`: what was damaged; `failed/HASH/`: what is left of a node that could not be made.
 *
 * A folder appears whole or not at all: it is written beside, synchronised with the disk and renamed. Nothing is
 * locked: processes that share a run folder may make the same node twice, to the same bytes.
 */
export class FolderStore implements Store {
  readonly #folder: string;
  readonly #nodes: string;
  readonly #unfinished: string;
  readonly #onDamage: (line: string) => void;
  readonly checkpoints: Store["checkpoints"];

  private constructor(folder: string, { onDamage = () => {} }: FolderStoreOptions) {
    this.#folder = folder;
    this.#nodes = join(folder, "nodes");
    this.#unfinished = join(folder, "unfinished");
    this.#onDamage = onDamage;
    this.checkpoints = {
      put: async (hash, step, files, receipt) => {
        checkHash("FolderStore", hash);
        check("FolderStore", "step", step, count);
        checkFiles("FolderStore", files);
        checkReceipt("FolderStore", receipt);
        return this.#putCheckpoint(hash, step, files, receipt);
      },
      latest: async (hash) => {
        checkHash("FolderStore", hash);
        return this.#latestCheckpoint(hash);
      },
      drop: async (hash) => {
        checkHash("FolderStore", hash);
        for (const { name } of await this.#steps(hash)) await drop(this.#unfinished, name);
      },
    };
  }

  /**
   * Opens a run folder, and makes it if there is none. What interrupted runs left half-written is removed, and so are
   * checkpoints of nodes that are finished.
   *
   * @throws {RunFolderError} if the folder cannot be made or written.
   */
  static async open(folder: string, options: FolderStoreOptions = {}): Promise<FolderStore> {
    check("FolderStore", "folder", folder, aPath);
    checkOptions("FolderStore", options, { onDamage: callable });
    const store = new FolderStore(folder, options);
    await explained(folder, async () => {
      await makeFolder(store.#nodes);
      await access(store.#nodes, constants.W_OK);
      const failed = join(folder, "failed");
      const inFailed = (await namesIn(failed)).map((hash) => join(failed, hash));
      for (const parent of [folder, store.#nodes, store.#unfinished, ...inFailed]) await sweepPartial(parent);
      const finished = new Set(await store.list());
      for (const name of await namesIn(store.#unfinished)) {
        if (finished.has(name.split("-")[0]!)) await drop(store.#unfinished, name);
      }
    });
    return store;
  }

  /**
   * Refuses a folder that surely cannot be made or written, and makes nothing: for asking before long work.
   *
   * @throws {RunFolderError} if so.
   */
  static async check(folder: string): Promise<void> {
    check("FolderStore", "folder", folder, aPath);
    await explained(folder, async () => {
      let path = resolve(folder);
      for (;;) {
        const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== "ENOENT") throw error;
          return undefined;
        });
        if (found === undefined) path = dirname(path);
        else if (found.isDirectory()) return access(path, constants.W_OK);
        else throw Object.assign(new Error(), { code: "ENOTDIR" });
      }
    });
  }

  async has(hash: string): Promise<boolean> {
    checkHash("FolderStore", hash);
    return (await this.list()).includes(hash);
  }

  async node(hash: string): Promise<Node | undefined> {
    checkHash("FolderStore", hash);
    const path = join(this.#nodes, hash, "config.json");
    const text = await explained(path, () =>
      readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw error;
      }),
    );
    return text === undefined ? undefined : nodeIn(text, hash);
  }

  async list(): Promise<string[]> {
    return (await namesIn(this.#nodes)).filter((name) => !name.startsWith(".")).sort();
  }

  async read(hash: string): Promise<StoredFiles | undefined> {
    checkHash("FolderStore", hash);
    const found = await readWhole(this.#nodes, hash);
    if (!("damage" in found)) {
      const config = Buffer.from(found.files.get("config.json") ?? []).toString("utf8");
      if (nodeIn(config, hash) !== undefined) return found;
      await this.quarantine(hash, "config.json is another node's");
      return undefined;
    }
    if (found.damage !== undefined) await this.#moveDamaged(this.#nodes, hash, found.damage);
    return undefined;
  }

  /**
   * Some files of a finished node, each verified, with the receipt that names all; the others are not looked at.
   * `undefined` if one of them is missing or damaged: `read` says what is wrong.
   */
  async readSome(hash: string, names: readonly string[]): Promise<StoredFiles | undefined> {
    checkHash("FolderStore", hash);
    check("FolderStore", "names", names, list);
    const found = await readWhole(this.#nodes, hash, names);
    return "damage" in found ? undefined : found;
  }

  async putIfAbsent(
    hash: string,
    files: ReadonlyMap<string, Uint8Array>,
    receipt: Receipt,
  ): Promise<"stored" | "there"> {
    checkHash("FolderStore", hash);
    checkFiles("FolderStore", files);
    checkReceipt("FolderStore", receipt);
    const sums = sumsOf(files);
    for (;;) {
      const stored = await writeFolder(this.#nodes, hash, files, receipt);
      if (stored === "stored") return stored;
      const there = await this.read(hash); // puts a damaged one out of the way, so that the next turn can write
      if (there === undefined) continue;
      if (canonicalJson(sumsOf(there.files)) === canonicalJson(sums)) return "there";
      const conflict = join(this.#folder, "conflicts");
      await explained(conflict, () => makeFolder(conflict));
      const name = await freeName(conflict, hash);
      await writeFolder(conflict, name, files, receipt);
      const other = [...files.keys()].find((file) => sums[file] !== sumsOf(there.files)[file]) ?? "files";
      throw new RunFolderError(
        `${there.place}: it is there with another ${other}: one of the two was made by other code or a faulty machine; ` +
          `the other is kept in ${join(conflict, name)}: compare them, and remove the wrong one's folder`,
      );
    }
  }

  async quarantine(hash: string, why: string): Promise<void> {
    checkHash("FolderStore", hash);
    check("FolderStore", "why", why, aString);
    await this.#moveAway(this.#nodes, hash, why);
  }

  async putFailed(hash: string, files: ReadonlyMap<string, Uint8Array>): Promise<string> {
    checkHash("FolderStore", hash);
    checkFiles("FolderStore", files);
    const folder = join(this.#folder, "failed", hash);
    await explained(folder, () => makeFolder(folder));
    for (const [name, bytes] of files) await writeAtomic(join(folder, name), bytes);
    return folder;
  }

  async #putCheckpoint(
    hash: string,
    step: number,
    files: ReadonlyMap<string, Uint8Array>,
    receipt: Receipt,
  ): Promise<void> {
    await explained(this.#unfinished, () => makeFolder(this.#unfinished));
    const before = await this.#steps(hash);
    await writeFolder(this.#unfinished, `${hash}-${step}`, files, receipt);
    for (const old of before) if (old.step < step) await drop(this.#unfinished, old.name);
  }

  async #latestCheckpoint(hash: string): Promise<StoredCheckpoint | undefined> {
    for (const { name, step } of await this.#steps(hash)) {
      const found = await readWhole(this.#unfinished, name);
      if (!("damage" in found)) return { ...found, step };
      if (found.damage !== undefined) await this.#moveDamaged(this.#unfinished, name, found.damage);
    }
    return undefined;
  }

  /** The steps of a node in the making that are kept, the latest first. */
  async #steps(hash: string): Promise<{ readonly name: string; readonly step: number }[]> {
    return (await namesIn(this.#unfinished))
      .filter((name) => name.startsWith(`${hash}-`))
      .map((name) => ({ name, step: Number(name.slice(hash.length + 1)) }))
      .sort((a, b) => b.step - a.step);
  }

  async #moveAway(parent: string, name: string, why: string): Promise<void> {
    const target = await this.#toQuarantine(parent, name);
    if (target !== undefined) this.#sayMoved(parent, name, why, target);
  }

  /** Another process may have put a damaged one away and made it again just before: what turns out to be whole goes back. */
  async #moveDamaged(parent: string, name: string, damage: string): Promise<void> {
    const target = await this.#toQuarantine(parent, name);
    if (target === undefined) return;
    if ("damage" in (await readFiles(target, name, undefined))) this.#sayMoved(parent, name, damage, target);
    else await explained(target, () => putBack(target, join(parent, name)));
  }

  #sayMoved(parent: string, name: string, why: string, target: string): void {
    this.#onDamage(`${join(parent, name)}: ${why}: it is now ${target} and will be made again`);
  }

  /** @returns where it is now; nothing if another process was first. */
  async #toQuarantine(parent: string, name: string): Promise<string | undefined> {
    const quarantine = join(this.#folder, "quarantine");
    return explained(quarantine, async () => {
      await makeFolder(quarantine);
      for (;;) {
        const target = join(quarantine, await freeName(quarantine, name));
        try {
          await rename(join(parent, name), target);
          return target;
        } catch (error) {
          const { code } = error as NodeJS.ErrnoException;
          if (code === "ENOENT") return undefined;
          if (!isThere(code)) throw error;
        }
      }
    });
  }
}

/**
 * The files of `parent/name`; or what is wrong with them; or no damage, where there is no such folder. Another process
 * may put or drop it meanwhile, so a fault counts only if one and the same folder was there before and after.
 *
 * @param only - Of these files. Default: of all.
 */
async function readWhole(
  parent: string,
  name: string,
  only?: readonly string[],
): Promise<StoredFiles | { readonly damage: string | undefined }> {
  const place = join(parent, name);
  for (;;) {
    const before = await identityOf(place);
    if (before === undefined) return { damage: undefined };
    const found = await readFiles(place, name, only);
    if (!("damage" in found) || (await identityOf(place)) === before) return found;
  }
}

/** What tells a folder from another one that was put in its place; `undefined` where there is none. */
async function identityOf(folder: string): Promise<string | undefined> {
  return explained(folder, async () => {
    try {
      const { dev, ino, ctimeNs } = await stat(folder, { bigint: true });
      return `${dev}:${ino}:${ctimeNs}`;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  });
}

/** The files of the folder `place`, sealed under `name`; or what is wrong with them. */
async function readFiles(
  place: string,
  name: string,
  only: readonly string[] | undefined,
): Promise<StoredFiles | { readonly damage: string }> {
  const read = (file: string) =>
    explained(join(place, file), () =>
      readFile(join(place, file)).catch((error: unknown) => {
        if (isAbsent(error)) return undefined;
        throw error;
      }),
    );
  const text = await read("receipt.json");
  if (text === undefined) return { damage: "there is no receipt.json" };
  const signed = decodeReceipt(text, name);
  if ("damage" in signed) return signed;
  const files = new Map<string, Uint8Array>();
  const sums = signed.receipt.files;
  const other = only?.find((file) => sums[file] === undefined);
  if (other !== undefined) return { damage: `${other} is missing` };
  for (const [file, sum] of Object.entries(sums)) {
    if (only?.includes(file) === false) continue;
    const bytes = await read(file);
    if (bytes === undefined) return { damage: `${file} is missing` };
    if (sha256(bytes) !== sum) return { damage: `${file} has changed since it was written` };
    files.set(file, bytes);
  }
  return { place, files, receipt: signed.receipt };
}

function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}

/** Writes files with their receipt into `parent/name`, all or nothing, unless it is there. */
async function writeFolder(
  parent: string,
  name: string,
  files: ReadonlyMap<string, Uint8Array>,
  receipt: Receipt,
): Promise<"stored" | "there"> {
  const partial = join(parent, partialFolder(name));
  return explained(join(parent, name), async () => {
    await remove(partial);
    try {
      await mkdir(partial);
      for (const [file, bytes] of files) await writeSynced(join(partial, file), bytes);
      await writeSynced(join(partial, "receipt.json"), encodeReceipt(name, files, receipt));
      await syncFolder(partial);
      await rename(partial, join(parent, name));
      await syncFolder(parent);
      return "stored";
    } catch (error) {
      await remove(partial);
      if (isThere((error as NodeJS.ErrnoException).code)) return "there"; // only the first of several processes succeeds
      throw error;
    }
  });
}

/** A folder cannot be renamed to one that has files in it. */
function isThere(code: string | undefined): boolean {
  return code === "ENOTEMPTY" || code === "EEXIST";
}

/** A folder that should not have been moved goes back, unless there is another again: all write the same bytes. */
async function putBack(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!isThere((error as NodeJS.ErrnoException).code)) throw error;
    await remove(from);
  }
}

/** `NAME-1`, or the first number that nothing has. */
async function freeName(parent: string, name: string): Promise<string> {
  const taken = new Set(await readdir(parent));
  let n = 1;
  while (taken.has(`${name}-${n}`)) n++;
  return `${name}-${n}`;
}

/**
 * Removes `parent/name` for everybody at once: what is gone half would look damaged to whoever reads meanwhile. Another
 * process may be first.
 */
async function drop(parent: string, name: string): Promise<void> {
  const partial = join(parent, partialFolder(`dropped-${name}`));
  try {
    await rename(join(parent, name), partial);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  await remove(partial);
}

async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}
