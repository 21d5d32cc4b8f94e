import { text as aString, check, count } from "@ltt/core/arguments";
import {
  canonicalJson,
  type Node,
  type Receipt,
  RunFolderError,
  type Store,
  type StoredCheckpoint,
  type StoredFiles,
} from "@ltt/lottery";
import {
  checkFiles,
  checkHash,
  checkReceipt,
  decodeReceipt,
  encodeReceipt,
  nodeIn,
  sumsOf,
} from "@ltt/lottery/store-files";
import type { S3Client } from "./s3-client.ts";
import { sha256 } from "./sha256.ts";

type Files = ReadonlyMap<string, Uint8Array>;

/**
 * A store in S3:
 *
 * - `files/NAME/SHA256`: a file of a node or of a checkpoint, by its content;
 * - `nodes/HASH`: the receipt of a finished node, with the SHA-256 of each file and of itself. It is put last, and only if there is none:
 *   so a node is there whole or not at all, and the first of several writers wins;
 * - `unfinished/HASH-STEP`: the receipt of a node in the making;
 * - `quarantine/HASH-N`, `conflicts/HASH-N`: receipts of what was damaged, and of what two made differently, with their files beside them;
 *   `failed/HASH/FILE`.
 */
export class S3Store implements Store {
  readonly #s3: S3Client;
  readonly #onDamage: (line: string) => void;
  readonly checkpoints: Store["checkpoints"];

  /** @param onDamage - Hears of damage that was found and put into quarantine, a line each. */
  constructor(s3: S3Client, onDamage: (line: string) => void = () => {}) {
    this.#s3 = s3;
    this.#onDamage = onDamage;
    this.checkpoints = {
      put: async (hash, step, files, receipt) => {
        checkHash("S3Store", hash);
        check("S3Store", "step", step, count);
        checkFiles("S3Store", files);
        checkReceipt("S3Store", receipt);
        const before = await this.#steps(hash);
        const name = `${hash}-${step}`;
        await this.#putFiles(name, files);
        await s3.put(`unfinished/${name}`, encodeReceipt(name, files, receipt));
        for (const old of before) if (old.step < step) await this.#drop("unfinished", old.name);
      },
      latest: async (hash) => {
        checkHash("S3Store", hash);
        return this.#latest(hash);
      },
      drop: async (hash) => {
        checkHash("S3Store", hash);
        for (const { name } of await this.#steps(hash)) await this.#drop("unfinished", name);
      },
    };
  }

  async has(hash: string): Promise<boolean> {
    checkHash("S3Store", hash);
    return this.#s3.has(`nodes/${hash}`);
  }

  async node(hash: string): Promise<Node | undefined> {
    checkHash("S3Store", hash);
    const sealed = await this.#receipt("nodes", hash);
    const sum = sealed !== undefined && "receipt" in sealed ? sealed.receipt.files["config.json"] : undefined;
    const bytes = sum === undefined ? undefined : await this.#s3.get(`files/${hash}/${sum}`);
    return bytes && nodeIn(Buffer.from(bytes).toString("utf8"), hash);
  }

  async list(): Promise<string[]> {
    return (await this.#s3.list("nodes/")).map((key) => key.slice("nodes/".length)).sort();
  }

  async read(hash: string): Promise<StoredFiles | undefined> {
    checkHash("S3Store", hash);
    const found = await this.#whole("nodes", hash);
    if (found === undefined) return undefined;
    if ("damage" in found) return this.#refuse("nodes", hash, found.damage);
    const config = Buffer.from(found.files.get("config.json") ?? []).toString("utf8");
    if (nodeIn(config, hash) !== undefined) return found;
    return this.#refuse("nodes", hash, "config.json is another node's");
  }

  async putIfAbsent(hash: string, files: Files, receipt: Receipt): Promise<"stored" | "there"> {
    checkHash("S3Store", hash);
    checkFiles("S3Store", files);
    checkReceipt("S3Store", receipt);
    for (;;) {
      await this.#putFiles(hash, files);
      const put = await this.#s3.put(`nodes/${hash}`, encodeReceipt(hash, files, receipt), { onlyIfAbsent: true });
      if (put === "stored") return put;
      const there = await this.read(hash); // puts a damaged one out of the way, so that the next turn can write
      if (there === undefined) continue;
      const [sums, others] = [sumsOf(files), sumsOf(there.files)];
      if (canonicalJson(sums) === canonicalJson(others)) return "there";
      const name = await this.#putAside("conflicts", hash, files, receipt);
      const file = [...files.keys()].find((one) => sums[one] !== others[one]) ?? "files";
      throw new RunFolderError(
        `${there.place}: it is there with another ${file}: one of the two was made by other code or a faulty machine; ` +
          `the other is kept in ${this.#s3.place(`conflicts/${name}`)}: compare them, and remove the wrong one`,
      );
    }
  }

  async quarantine(hash: string, why: string): Promise<void> {
    checkHash("S3Store", hash);
    check("S3Store", "why", why, aString);
    await this.#moveAway("nodes", hash, why);
  }

  async putFailed(hash: string, files: Files): Promise<string> {
    checkHash("S3Store", hash);
    checkFiles("S3Store", files);
    for (const [name, bytes] of files) await this.#s3.put(`failed/${hash}/${name}`, bytes);
    return this.#s3.place(`failed/${hash}`);
  }

  async #latest(hash: string): Promise<StoredCheckpoint | undefined> {
    for (const { name, step } of await this.#steps(hash)) {
      const found = await this.#whole("unfinished", name);
      if (found === undefined) continue; // somebody dropped it
      if (!("damage" in found)) return { ...found, step };
      await this.#moveAway("unfinished", name, found.damage);
    }
    return undefined;
  }

  /** The steps of a node in the making that are kept, the latest first. */
  async #steps(hash: string): Promise<{ readonly name: string; readonly step: number }[]> {
    const start = `unfinished/${hash}-`;
    return (await this.#s3.list(start))
      .map((key) => ({ name: key.slice("unfinished/".length), step: Number(key.slice(start.length)) }))
      .sort((a, b) => b.step - a.step);
  }

  async #putFiles(name: string, files: Files): Promise<void> {
    await Promise.all(Array.from(files.values(), (bytes) => this.#s3.put(`files/${name}/${sha256(bytes)}`, bytes)));
  }

  /** What is sealed under a name; or what is wrong with it; or nothing, where there is no receipt. */
  async #whole(
    part: "nodes" | "unfinished",
    name: string,
  ): Promise<StoredFiles | { readonly damage: string } | undefined> {
    const sealed = await this.#receipt(part, name);
    if (sealed === undefined || "damage" in sealed) return sealed;
    const { receipt } = sealed;
    const read = await Promise.all(
      Object.entries(receipt.files).map(async ([file, sum]) => [file, sum, await this.#file(name, sum)] as const),
    );
    const wrong = read.find(([, sum, bytes]) => bytes === undefined || sha256(bytes) !== sum);
    if (wrong === undefined) {
      const files = new Map(read.map(([file, , bytes]) => [file, bytes!]));
      return { place: this.#s3.place(`${part}/${name}`), files, receipt };
    }
    if (!(await this.#s3.has(`${part}/${name}`))) return undefined; // it went while it was read
    const [file, , bytes] = wrong;
    return { damage: bytes === undefined ? `${file} is missing` : `${file} has changed since it was written` };
  }

  /** What is not as it should be is asked for a second time, since the way here can spoil it too. */
  async #file(name: string, sum: string): Promise<Uint8Array | undefined> {
    const bytes = await this.#s3.get(`files/${name}/${sum}`);
    return bytes !== undefined && sha256(bytes) === sum ? bytes : this.#s3.get(`files/${name}/${sum}`);
  }

  async #receipt(part: "nodes" | "unfinished", name: string): Promise<ReturnType<typeof decodeReceipt> | undefined> {
    const read = async () => {
      const bytes = await this.#s3.get(`${part}/${name}`);
      return bytes && decodeReceipt(bytes, name);
    };
    const sealed = await read();
    return sealed !== undefined && "damage" in sealed ? read() : sealed;
  }

  async #refuse(part: "nodes", hash: string, why: string): Promise<undefined> {
    await this.#moveAway(part, hash, why);
    return undefined;
  }

  /** Keeps a copy of all that is there, then removes the receipt first: from then on it counts as absent. */
  async #moveAway(part: "nodes" | "unfinished", name: string, why: string): Promise<void> {
    const receipt = await this.#s3.get(`${part}/${name}`);
    if (receipt === undefined) return; // another was first
    const keys = await this.#s3.list(`files/${name}/`);
    const aside = await this.#freeName("quarantine", name);
    for (const key of keys) {
      const bytes = await this.#s3.get(key);
      if (bytes !== undefined) await this.#s3.put(`quarantine/${aside}/${key.split("/").at(-1)}`, bytes);
    }
    await this.#s3.put(`quarantine/${aside}/receipt.json`, receipt);
    await this.#drop(part, name);
    const [from, to] = [this.#s3.place(`${part}/${name}`), this.#s3.place(`quarantine/${aside}`)];
    this.#onDamage(`${from}: ${why}: it is now ${to} and will be made again`);
  }

  async #putAside(parent: "conflicts", hash: string, files: Files, receipt: Receipt): Promise<string> {
    const name = await this.#freeName(parent, hash);
    for (const [file, bytes] of files) await this.#s3.put(`${parent}/${name}/${file}`, bytes);
    await this.#s3.put(`${parent}/${name}/receipt.json`, encodeReceipt(hash, files, receipt));
    return name;
  }

  /** `NAME-1`, or the first number that nothing has. */
  async #freeName(parent: string, name: string): Promise<string> {
    const taken = new Set((await this.#s3.list(`${parent}/${name}-`)).map((key) => key.split("/")[1]));
    let n = 1;
    while (taken.has(`${name}-${n}`)) n++;
    return `${name}-${n}`;
  }

  async #drop(part: "nodes" | "unfinished", name: string): Promise<void> {
    await this.#s3.remove(`${part}/${name}`);
    for (const key of await this.#s3.list(`files/${name}/`)) await this.#s3.remove(key);
  }
}
