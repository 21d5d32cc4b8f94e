import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { RunFolderError, writeAtomic } from "@ltt/lottery";

/** Small files that come and go beside nodes, by a key `FOLDER/NAME`. `S3Client` is such. */
export interface Notes {
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, bytes: Uint8Array): Promise<unknown>;
  remove(key: string): Promise<void>;
  /** The keys that begin with `FOLDER/` and what follows it. */
  list(start: string): Promise<string[]>;
}

export class FolderNotes implements Notes {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return orAbsent(this.#path(key), () => readFile(this.#path(key)));
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await mkdir(join(this.#path(key), ".."), { recursive: true });
    await writeAtomic(this.#path(key), bytes);
  }

  async remove(key: string): Promise<void> {
    await orAbsent(this.#path(key), () => rm(this.#path(key)));
  }

  async list(start: string): Promise<string[]> {
    const [folder] = start.split("/");
    const names = (await orAbsent(this.#path(folder!), () => readdir(this.#path(folder!)))) ?? [];
    return names
      .map((name) => `${folder}/${name}`)
      .filter((key) => key.startsWith(start) && !key.includes(".partial-")) // of `writeAtomic`
      .sort();
  }

  #path(key: string): string {
    return join(this.#folder, key);
  }
}

async function orAbsent<T>(path: string, ask: () => Promise<T>): Promise<T | undefined> {
  return ask().catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw new RunFolderError(`${path}: ${error.message}`, { cause: error });
  });
}
