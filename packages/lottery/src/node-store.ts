import { createHash } from "node:crypto";
import { access, constants, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { namesIn, sweepPartial } from "./partial-files.ts";

/** What JSON can hold: all that determines a node must be of this kind. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A run folder cannot be read or written, or holds something else than it should. The message names the file and says what to do. */
export class RunFolderError extends Error {
  override readonly name = "RunFolderError";
}

/** SHA-256 of JSON with sorted keys, 16 hexadecimal digits: the name of a node. */
export function hashOf(identity: Json): string {
  return sha256(Buffer.from(canonical(identity))).slice(0, 16);
}

function canonical(value: Json): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(",")}}`;
}

const receiptSchema = z.object({ node: z.string(), files: z.record(z.string(), z.string()), seconds: z.number() });

/** Files that were written together: all there, and read only as they were written. */
export interface StoredFiles {
  readonly folder: string;
  /** The time that what they hold took, once. */
  readonly seconds: number;
  readonly read: (file: string) => Promise<Uint8Array>;
}

/** A finished node. */
export interface Node extends StoredFiles {
  readonly hash: string;
}

/** What a receipt tells besides the files' checksums. */
type Receipt = { readonly [key: string]: Json } & { readonly seconds: number };

/**
 * The finished nodes of a run, each in a folder `nodes/HASH` named by the hash of all that determines it, and how far the node in the making is, in
 * `unfinished/HASH-STEP`. A folder appears whole or not at all: it is written beside, synchronised with the disk and renamed.
 */
export class NodeStore {
  readonly #nodes: string;
  readonly #unfinished: string;
  readonly #failed: string;

  private constructor(folder: string) {
    this.#nodes = join(folder, "nodes");
    this.#unfinished = join(folder, "unfinished");
    this.#failed = join(folder, "failed");
  }

  /**
   * Opens a run folder, and makes it if there is none. What an interrupted run left half-written is removed.
   *
   * @throws {RunFolderError} if the folder cannot be made or written.
   */
  static async open(folder: string): Promise<NodeStore> {
    const store = new NodeStore(folder);
    await explained(folder, async () => {
      await makeFolder(store.#nodes);
      await access(store.#nodes, constants.W_OK);
      const failed = (await namesIn(store.#failed)).map((hash) => join(store.#failed, hash));
      for (const parent of [folder, store.#nodes, store.#unfinished, ...failed]) await sweepPartial(parent);
    });
    return store;
  }

  /**
   * Refuses a folder that surely cannot be made or written, and makes nothing: for asking before long work.
   *
   * @throws {RunFolderError} if so.
   */
  static async check(folder: string): Promise<void> {
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

  /** The hashes of all finished nodes, of whatever experiments. */
  async hashes(): Promise<string[]> {
    return (await namesIn(this.#nodes)).filter((name) => !name.startsWith(PARTIAL)).sort();
  }

  /**
   * The node of this hash, if it is finished.
   *
   * @throws {RunFolderError} if its receipt cannot be read, or is another's.
   */
  async find(hash: string): Promise<Node | undefined> {
    const found = await readFiles(this.#nodes, hash);
    return found && { hash, ...found };
  }

  /**
   * Writes a node that is now finished, and forgets how far it was.
   *
   * @throws {RunFolderError} if the disk is full or the folder cannot be written; nothing half-written stays.
   */
  async save(hash: string, files: ReadonlyMap<string, Uint8Array>, receipt: Receipt): Promise<Node> {
    await writeFiles(this.#nodes, hash, files, receipt);
    for (const { name } of await this.#steps(hash))
      await rm(join(this.#unfinished, name), { recursive: true, force: true });
    return (await this.find(hash))!;
  }

  /**
   * The latest step of a node in the making, if one was kept.
   *
   * @throws {RunFolderError} if its receipt cannot be read, or is another's.
   */
  async findUnfinished(hash: string): Promise<StoredFiles | undefined> {
    const [latest] = await this.#steps(hash);
    return latest && (await readFiles(this.#unfinished, latest.name));
  }

  /**
   * Keeps how far a node is after `step` steps; what was kept before goes only when this is safe.
   *
   * @throws {RunFolderError} if the disk is full or the folder cannot be written.
   */
  async saveUnfinished(
    hash: string,
    step: number,
    files: ReadonlyMap<string, Uint8Array>,
    receipt: Receipt,
  ): Promise<void> {
    await explained(this.#unfinished, () => makeFolder(this.#unfinished));
    const before = await this.#steps(hash);
    const name = `${hash}-${step}`;
    await writeFiles(this.#unfinished, name, files, receipt);
    for (const old of before) {
      if (old.step < step) await rm(join(this.#unfinished, old.name), { recursive: true, force: true });
    }
  }

  /**
   * Writes what is left of a network that could not be trained, beside the nodes, so that nothing takes it for one.
   *
   * @returns the folder.
   * @throws {RunFolderError} if the disk is full or the folder cannot be written.
   */
  async saveFailed(hash: string, files: ReadonlyMap<string, Uint8Array>): Promise<string> {
    const folder = join(this.#failed, hash);
    await explained(folder, () => makeFolder(folder));
    for (const [name, bytes] of files) await writeAtomic(join(folder, name), bytes);
    return folder;
  }

  /** The steps of a node in the making that are kept, the latest first. */
  async #steps(hash: string): Promise<{ readonly name: string; readonly step: number }[]> {
    return (await namesIn(this.#unfinished))
      .filter((name) => name.startsWith(`${hash}-`))
      .map((name) => ({ name, step: Number(name.slice(hash.length + 1)) }))
      .sort((a, b) => b.step - a.step);
  }
}

/** The files of `parent/name`, if it is there. */
async function readFiles(parent: string, name: string): Promise<StoredFiles | undefined> {
  const folder = join(parent, name);
  const path = join(folder, "receipt.json");
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new RunFolderError(`${path}: ${error.message}`);
  });
  if (text === undefined) return undefined;
  const receipt = receiptSchema.safeParse(parse(text));
  if (!receipt.success || receipt.data.node !== name) {
    throw new RunFolderError(`${path}: not the receipt of node ${name}: remove the folder to train it again`);
  }
  const { files, seconds } = receipt.data;
  return { folder, seconds, read: (file) => readChecked(folder, file, files[file]) };
}

/** Writes files with their receipt into `parent/name`, all or nothing; what was there before goes. */
async function writeFiles(
  parent: string,
  name: string,
  files: ReadonlyMap<string, Uint8Array>,
  receipt: Receipt,
): Promise<void> {
  const partial = join(parent, `${PARTIAL}${name}-${process.pid}`);
  const folder = join(parent, name);
  await explained(folder, async () => {
    await rm(partial, { recursive: true, force: true });
    try {
      await mkdir(partial);
      const sums = Object.fromEntries(Array.from(files, ([file, bytes]) => [file, sha256(bytes)]));
      for (const [file, bytes] of files) await writeSynced(join(partial, file), bytes);
      const text = `${JSON.stringify({ node: name, files: sums, ...receipt }, null, 2)}\n`;
      await writeSynced(join(partial, "receipt.json"), Buffer.from(text));
      await syncFolder(partial);
      await rm(folder, { recursive: true, force: true });
      await rename(partial, folder);
      await syncFolder(parent);
    } catch (error) {
      await rm(partial, { recursive: true, force: true });
      throw error;
    }
  });
}

/**
 * Writes a whole file or nothing: a temporary file beside it, synchronised, renamed.
 *
 * @throws {RunFolderError} if the disk is full or the folder cannot be written.
 */
export async function writeAtomic(path: string, content: string | Uint8Array): Promise<void> {
  const partial = `${path}.partial-${process.pid}`;
  await explained(path, async () => {
    try {
      await writeSynced(partial, Buffer.from(content));
      await rename(partial, path);
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
    await syncFolder(join(path, ".."));
  });
}

const PARTIAL = ".partial-";

/** `mkdir -p`, one folder at a time: Node 20's recursive form never returns under `/proc`. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return;
    const parent = dirname(path);
    if (code !== "ENOENT" || parent === path) throw error;
    await access(parent).then(
      () => Promise.reject(error), // the parent is there and yet nothing can be made in it
      () => makeFolder(parent),
    );
    await mkdir(path);
  }
}

async function readChecked(folder: string, file: string, sum: string | undefined): Promise<Uint8Array> {
  const path = join(folder, file);
  const bytes = await explained(path, () => readFile(path));
  if (sum === undefined || sha256(bytes) !== sum) {
    throw new RunFolderError(`${path}: changed since it was written: remove the folder to train this network again`);
  }
  return bytes;
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Turns what the system says into what happened to which file and what to do. */
async function explained<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why: Record<string, string> = {
      ENOSPC: "the disk is full: make room and run the same command again; finished networks are kept",
      ENOENT: "the folder cannot be made there: choose another with --out",
      EACCES: "no permission to write there: choose another folder with --out",
      EPERM: "no permission to write there: choose another folder with --out",
      EROFS: "the file system is read-only: choose another folder with --out",
      EISDIR: "a folder stands where the file should be: move it away, or choose another folder with --out",
      ENOTDIR: "a part of the path is a file, not a folder: choose another folder with --out",
      EEXIST: "a file stands where the folder should be: choose another folder with --out",
      EDQUOT: "the disk quota is used up: make room and run the same command again; finished networks are kept",
    };
    throw error instanceof RunFolderError ? error : new RunFolderError(`${path}: ${why[code ?? ""] ?? message}`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused by the schema
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
