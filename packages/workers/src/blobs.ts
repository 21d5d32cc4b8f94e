import { mkdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { RunFolderError, writeAtomic } from "@ltt/lottery";
import type { S3Client } from "./s3-client.ts";
import { sha256 } from "./sha256.ts";

/** What lies beside nodes: the encoded data of tasks, and plans. */
export type BlobKind = "data" | "plans";

/** Bytes that are named by their SHA-256: what is read is what was asked for, or it is an error. */
export interface Blobs {
  has(kind: BlobKind, digest: string): Promise<boolean>;
  /** @returns the digest that they are read by. */
  put(kind: BlobKind, bytes: Uint8Array): Promise<string>;
  /**
   * @throws {RunFolderError} if they are not there, or are others than their name says: these are put aside, so that whoever has the right
   *   ones can put them again.
   */
  get(kind: BlobKind, digest: string): Promise<Uint8Array>;
}

export class FolderBlobs implements Blobs {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async has(kind: BlobKind, digest: string): Promise<boolean> {
    return (await this.#read(this.#path(kind, digest))) !== undefined;
  }

  async put(kind: BlobKind, bytes: Uint8Array): Promise<string> {
    const digest = sha256(bytes);
    if (await this.has(kind, digest)) return digest;
    await mkdir(join(this.#folder, kind), { recursive: true });
    await writeAtomic(this.#path(kind, digest), bytes);
    return digest;
  }

  async get(kind: BlobKind, digest: string): Promise<Uint8Array> {
    const path = this.#path(kind, digest);
    return verified(await this.#read(path), path, digest, () => rename(path, `${path}.damaged`));
  }

  #path(kind: BlobKind, digest: string): string {
    checkDigest(this.#folder, digest);
    return join(this.#folder, kind, digest);
  }

  async #read(path: string): Promise<Uint8Array | undefined> {
    return readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
      throw new RunFolderError(`${path}: ${error.message}`, { cause: error });
    });
  }
}

export class S3Blobs implements Blobs {
  readonly #s3: S3Client;

  constructor(s3: S3Client) {
    this.#s3 = s3;
  }

  async has(kind: BlobKind, digest: string): Promise<boolean> {
    return this.#s3.has(this.#key(kind, digest));
  }

  async put(kind: BlobKind, bytes: Uint8Array): Promise<string> {
    const digest = sha256(bytes);
    if (!(await this.has(kind, digest))) await this.#s3.put(this.#key(kind, digest), bytes);
    return digest;
  }

  async get(kind: BlobKind, digest: string): Promise<Uint8Array> {
    const key = this.#key(kind, digest);
    const bytes = await this.#s3.get(key);
    return verified(bytes, this.#s3.place(key), digest, async () => {
      await this.#s3.put(`${key}.damaged`, bytes!);
      await this.#s3.remove(key);
    });
  }

  #key(kind: BlobKind, digest: string): string {
    checkDigest(this.#s3.place(""), digest);
    return `${kind}/${digest}`;
  }
}

const AGAIN = "the same ltt run puts it there again";

async function verified(
  bytes: Uint8Array | undefined,
  place: string,
  digest: string,
  putAside: () => Promise<void>,
): Promise<Uint8Array> {
  if (bytes === undefined) throw new RunFolderError(`${place}: is not there; ${AGAIN}`, ABSENT);
  const sum = sha256(bytes);
  if (sum === digest) return bytes;
  await putAside();
  throw new RunFolderError(
    `${place}: its SHA-256 is ${sum}, not its name: it is now ${digest}.damaged; ${AGAIN}`,
    ABSENT,
  );
}

const ABSENT = { cause: { code: "ENOENT" } };

function checkDigest(where: string, digest: string): void {
  if (!/^[0-9a-f]{64}$/.test(digest)) {
    throw new RangeError(`${where}: "${digest}" is no SHA-256; it would lead out of the store; nothing was read`);
  }
}
