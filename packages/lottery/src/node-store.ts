import { createHash } from "node:crypto";
import { access, constants, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";

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

/** A finished node: its files are all there and as they were written. */
export interface Node {
  readonly hash: string;
  readonly folder: string;
  /** The time that it took, once. */
  readonly seconds: number;
  readonly read: (file: string) => Promise<Uint8Array>;
}

/**
 * The finished nodes of a run, each in a folder `nodes/HASH` named by the hash of all that determines it. A folder appears whole or not at
 * all: it is written beside, synchronised with the disk and renamed.
 */
export class NodeStore {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Opens a run folder, and makes it if there is none. What an interrupted run left half-written is removed.
   *
   * @throws {RunFolderError} if the folder cannot be made or written.
   */
  static async open(folder: string): Promise<NodeStore> {
    const nodes = join(folder, "nodes");
    await explained(folder, async () => {
      await makeFolder(nodes);
      await access(nodes, constants.W_OK);
      for (const name of await readdir(nodes)) {
        if (name.startsWith(PARTIAL) && !isRunning(name)) await rm(join(nodes, name), { recursive: true });
      }
    });
    return new NodeStore(nodes);
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

  /**
   * The node of this hash, if it is finished.
   *
   * @throws {RunFolderError} if its receipt cannot be read, or is another's.
   */
  async find(hash: string): Promise<Node | undefined> {
    const folder = join(this.#folder, hash);
    const path = join(folder, "receipt.json");
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw new RunFolderError(`${path}: ${error.message}`);
    });
    if (text === undefined) return undefined;
    const receipt = receiptSchema.safeParse(parse(text));
    if (!receipt.success || receipt.data.node !== hash) {
      throw new RunFolderError(`${path}: not the receipt of node ${hash}: remove the folder to train it again`);
    }
    const { files, seconds } = receipt.data;
    return { hash, folder, seconds, read: (file) => readChecked(folder, file, files[file]) };
  }

  /**
   * Writes what is left of a network that could not be trained, beside the nodes, so that nothing takes it for one.
   *
   * @returns the folder.
   * @throws {RunFolderError} if the disk is full or the folder cannot be written.
   */
  async saveFailed(hash: string, files: ReadonlyMap<string, Uint8Array>): Promise<string> {
    const folder = join(dirname(this.#folder), "failed", hash);
    await explained(folder, () => makeFolder(folder));
    for (const [name, bytes] of files) await writeAtomic(join(folder, name), bytes);
    return folder;
  }

  /**
   * Writes a node that is now finished.
   *
   * @param receipt - What besides the files' checksums is to be remembered; `seconds` among it.
   * @throws {RunFolderError} if the disk is full or the folder cannot be written; nothing half-written stays.
   */
  async save(
    hash: string,
    files: ReadonlyMap<string, Uint8Array>,
    receipt: { readonly [key: string]: Json } & { readonly seconds: number },
  ): Promise<Node> {
    const partial = join(this.#folder, `${PARTIAL}${hash}-${process.pid}`);
    const folder = join(this.#folder, hash);
    await explained(folder, async () => {
      await rm(partial, { recursive: true, force: true });
      try {
        await mkdir(partial);
        const sums = Object.fromEntries(Array.from(files, ([name, bytes]) => [name, sha256(bytes)]));
        for (const [name, bytes] of files) await writeSynced(join(partial, name), bytes);
        const text = `${JSON.stringify({ node: hash, files: sums, ...receipt }, null, 2)}\n`;
        await writeSynced(join(partial, "receipt.json"), Buffer.from(text));
        await syncFolder(partial);
        await rm(folder, { recursive: true, force: true });
        await rename(partial, folder);
        await syncFolder(this.#folder);
      } catch (error) {
        await rm(partial, { recursive: true, force: true });
        throw error;
      }
    });
    return (await this.find(hash))!;
  }
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

/** Whether the process that writes a partial folder still lives: two runs may share a folder. */
function isRunning(partial: string): boolean {
  const pid = Number(partial.split("-").at(-1));
  try {
    return process.kill(pid, 0); // asks, kills nobody
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

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
