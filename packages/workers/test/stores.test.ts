import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashOf, INIT, type Node, nodeOf, type Receipt } from "@ltt/lottery";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openWorkStore, storeAddress, type WorkStore } from "../src/index.ts";
import { S3Client } from "../src/s3-client.ts";
import { sha256 } from "../src/sha256.ts";
import { CREDENTIALS, S3Server } from "./s3-server.ts";

const receipt: Receipt = { seconds: 1.5, backend: "wasm" };
const node: Node = nodeOf(INIT, { architecture: "toy", seed: 1 });
const hash = hashOf(node);
const bytes = (length: number, value: number) => new Uint8Array(length).fill(value);
const files = new Map<string, Uint8Array>([
  ["config.json", Buffer.from(JSON.stringify(node))],
  ["weights.safetensors", bytes(100_000, 7)],
  ["empty", new Uint8Array()],
]);

let root: string;
let s3: S3Server;
let damage: string[];
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "ltt-stores-"));
  s3 = await S3Server.open();
  damage = [];
});
afterEach(async () => {
  await s3.close();
  rmSync(root, { recursive: true, force: true });
});

const address = () =>
  storeAddress(s3.store("a/b"), CREDENTIALS) as Extract<ReturnType<typeof storeAddress>, { kind: "s3" }>;
const options = { onDamage: (line: string) => void damage.push(line), firstWait: 1 };

/** What both kinds of store promise; `spoil` changes a byte of a file of a node or a blob behind their back. */
const KINDS: Readonly<
  Record<
    "folder" | "S3",
    {
      readonly open: () => Promise<WorkStore>;
      readonly spoil: (file: "weights" | "blob") => Promise<void>;
      readonly spoilNote: (key: string) => Promise<void>;
      readonly remains: (part: string) => Promise<string[]>;
    }
  >
> = {
  folder: {
    open: () => openWorkStore(storeAddress(root), options),
    spoil: async (file) =>
      file === "weights"
        ? writeFileSync(join(root, "nodes", hash, "weights.safetensors"), bytes(100_000, 8))
        : writeFileSync(join(root, "data", sha256("data")), "Data"),
    spoilNote: async (key) => writeFileSync(join(root, key), "{"),
    remains: async (part) => readdirSync(join(root, part)),
  },
  S3: {
    open: () => openWorkStore(address(), options),
    spoil: async (file) => {
      const client = new S3Client(address());
      if (file === "blob") await client.put(`data/${sha256("data")}`, Buffer.from("Data"));
      else await client.put(`files/${hash}/${sha256(bytes(100_000, 7))}`, bytes(100_000, 8));
    },
    spoilNote: async (key) => void (await new S3Client(address()).put(key, Buffer.from("{"))),
    remains: async (part) => {
      const keys = await new S3Client(address()).list(`${part}/`);
      return [...new Set(keys.map((key) => key.split("/")[1]!))];
    },
  },
};

describe.each(Object.entries(KINDS))("a store in %s", (_, { open, spoil, spoilNote, remains }) => {
  test("has what was put, whole, and is put only once", async () => {
    const { nodes } = await open();
    expect([await nodes.has(hash), await nodes.read(hash), await nodes.node(hash), await nodes.list()]).toEqual([
      false,
      undefined,
      undefined,
      [],
    ]);
    expect(await nodes.putIfAbsent(hash, files, receipt)).toBe("stored");
    expect(await nodes.putIfAbsent(hash, files, { seconds: 9 })).toBe("there");
    const found = (await (await open()).nodes.read(hash))!;
    expect(Array.from(found.files, ([name, content]) => [name, sha256(content)])).toEqual(
      Array.from(files, ([name, content]) => [name, sha256(content)]),
    );
    expect(found.receipt).toMatchObject(receipt);
    expect([await nodes.has(hash), await nodes.node(hash), await nodes.list()]).toEqual([true, node, [hash]]);
  });

  test("with other bytes for a name keeps both and says so", async () => {
    const { nodes } = await open();
    await nodes.putIfAbsent(hash, files, receipt);
    const other = new Map(files).set("weights.safetensors", bytes(10, 1));
    await expect(nodes.putIfAbsent(hash, other, receipt)).rejects.toThrow(
      /it is there with another weights.safetensors: one of the two was made by other code or a faulty machine/,
    );
    expect(await remains("conflicts")).toEqual([`${hash}-1`]);
    expect((await nodes.read(hash))?.files.get("weights.safetensors")?.length).toBe(100_000);
  });

  test("puts a node with a wrong hash into quarantine, and takes it again", async () => {
    const { nodes } = await open();
    await nodes.putIfAbsent(hash, files, receipt);
    await spoil("weights");
    expect(await nodes.read(hash)).toBeUndefined();
    expect(damage).toHaveLength(1);
    expect(damage[0]).toMatch(
      /weights.safetensors has changed since it was written: it is now .*quarantine.* and will be made again$/,
    );
    expect(await remains("quarantine")).toEqual([`${hash}-1`]);
    expect(await nodes.putIfAbsent(hash, files, receipt)).toBe("stored");
    expect(await nodes.read(hash)).toBeDefined();
  });

  test("keeps the latest step of a node in the making, and drops it", async () => {
    const { nodes } = await open();
    const { checkpoints } = nodes;
    const at = (step: number) => new Map([["progress.json", Buffer.from(`{"step":${step}}`)]]);
    for (const step of [3, 20, 100]) await checkpoints.put(hash, step, at(step), receipt);
    expect((await checkpoints.latest(hash))?.step).toBe(100);
    expect(await remains("unfinished")).toEqual([`${hash}-100`]);
    await checkpoints.drop(hash);
    expect(await checkpoints.latest(hash)).toBeUndefined();
    expect(await remains("unfinished")).toEqual([]);
  });

  test("has blobs by their SHA-256; one with other bytes is refused by name, put aside, and taken again", async () => {
    const { blobs } = await open();
    const digest = await blobs.put("data", Buffer.from("data"));
    expect(digest).toBe(sha256("data"));
    expect(Buffer.from(await blobs.get("data", digest)).toString()).toBe("data");
    await spoil("blob");
    await expect(blobs.get("data", digest)).rejects.toThrow(`its SHA-256 is ${sha256("Data")}, not its name`);
    await expect(blobs.get("data", digest)).rejects.toThrow("is not there; the same ltt run puts it there again");
    await blobs.put("data", Buffer.from("data"));
    expect(Buffer.from(await blobs.get("data", digest)).toString()).toBe("data");
  });

  test("counts tries at networks: three failures, one that lasts, or ten deaths are enough", async () => {
    const { attempts } = await open();
    const other = "0123456789abcdef";
    const given = await attempts.begin(hash, "a");
    expect(await attempts.of(hash)).toEqual([{ worker: "a" }]);
    await attempts.withdraw(given);
    await attempts.withdraw(given);
    expect([await attempts.of(hash), await attempts.networks()]).toEqual([[], new Set()]);
    for (let failures = 1; failures <= 3; failures++) {
      expect(await attempts.verdict(hash)).toBeUndefined();
      await attempts.fail(await attempts.begin(hash, "a"), "a", "out of memory", false);
    }
    expect(await (await open()).attempts.verdict(hash)).toBe("out of memory");
    await attempts.forget(hash);
    await attempts.fail(await attempts.begin(hash, "a"), "a", "diverged", true);
    expect(await attempts.verdict(hash)).toBe("diverged");
    for (let deaths = 1; deaths <= 10; deaths++) {
      expect(await attempts.verdict(other)).toBeUndefined();
      await attempts.begin(other, deaths < 5 ? "a" : "b");
    }
    expect(await attempts.verdict(other)).toBe("10 tries ended with their workers: a, b");
    expect(await attempts.networks()).toEqual(new Set([hash, other]));
    await attempts.forget(other);
    expect([(await attempts.of(hash)).length, await attempts.networks()]).toEqual([1, new Set([hash])]);
    await expect(attempts.begin("../../x", "a")).rejects.toThrow('attempts: "../../x" is no network');
  });

  test("takes a damaged note for a try whose worker died", async () => {
    const { attempts } = await open();
    for (let death = 0; death < 9; death++) await attempts.begin(hash, "a");
    await spoilNote(`attempts/${hash}-0`);
    expect(await attempts.verdict(hash)).toBe("10 tries ended with their workers: a, unknown");
    await attempts.forget(hash);
    expect(await attempts.of(hash)).toEqual([]);
  });

  test("asks for nothing outside of it", async () => {
    const { nodes, blobs } = await open();
    const asked = s3.requests;
    await expect(nodes.read("../secret")).rejects.toThrow(/hash is "\.\.\/secret" \(string\); it is a node's hash/);
    await expect(nodes.putIfAbsent(hash, new Map([["../x", bytes(1, 1)]]), receipt)).rejects.toThrow(
      /a name without slashes/,
    );
    await expect(blobs.get("data", "../../secret")).rejects.toThrow(
      /"\.\.\/\.\.\/secret" is no SHA-256; it would lead out of the store/,
    );
    expect(s3.requests).toBe(asked);
  });
});

describe("S3", () => {
  test("of eight that put the same node at once, one stores it", async () => {
    const stores = await Promise.all(Array.from({ length: 8 }, () => openWorkStore(address(), options)));
    const told = await Promise.all(stores.map(({ nodes }) => nodes.putIfAbsent(hash, files, receipt)));
    expect(told.filter((one) => one === "stored")).toHaveLength(1);
    expect((await stores[0]!.nodes.read(hash))?.files.size).toBe(files.size);
  });

  test("an answer that is refused or cut is asked for again, so that nothing shows but the time", async () => {
    s3.fault = (number) => (number % 3 === 0 ? "refuse" : number % 3 === 1 ? "cut" : undefined);
    const { nodes, blobs } = await openWorkStore(address(), { ...options, attempts: 20 });
    expect(await nodes.putIfAbsent(hash, files, receipt)).toMatch(/^(stored|there)$/); // its own answer may have been cut off
    expect((await nodes.read(hash))?.files.size).toBe(files.size);
    expect(await blobs.get("data", await blobs.put("data", bytes(1000, 3)))).toHaveLength(1000);
  });

  test("what came damaged is asked for a second time; what is damaged there is not taken", async () => {
    const { nodes } = await openWorkStore(address(), options);
    await nodes.putIfAbsent(hash, files, receipt);
    const garbled = new Set<string>();
    s3.fault = (_number, method, path) => {
      if (method !== "GET" || garbled.has(path)) return undefined;
      garbled.add(path);
      return "garble";
    };
    expect((await nodes.read(hash))?.files.get("weights.safetensors")).toHaveLength(100_000);
    expect(garbled.size).toBe(4); // the receipt and three files
    expect(damage).toEqual([]);
    s3.fault = (_number, method, path) => (method === "GET" && path.includes("/files/") ? "garble" : undefined);
    expect(await nodes.read(hash)).toBeUndefined();
    expect(damage).toHaveLength(1);
  });

  test("a large file goes up in parts, also where answers are cut off, and comes back whole", async () => {
    const large = Uint8Array.from({ length: 12 * 2 ** 20 + 5 }, (_, i) => (i * 7919) >> 8);
    s3.fault = (number) => (number % 4 === 0 ? "cut" : undefined);
    const client = new S3Client(address(), { partBytes: 5 * 2 ** 20, firstWait: 1 });
    expect(await client.put("data/large", large)).toBe("stored");
    expect(sha256((await client.get("data/large"))!)).toBe(sha256(large));
  });

  test("lists more keys than one answer holds", async () => {
    const client = new S3Client(address());
    s3.pageSize = 10;
    const keys = Array.from({ length: 25 }, (_, i) => `nodes/${String(i).padStart(16, "0")}`);
    await Promise.all(keys.map((key) => client.put(key, bytes(1, 1))));
    const asked = s3.requests;
    expect(await client.list("nodes/")).toEqual(keys);
    expect(s3.requests - asked).toBe(3);
  });

  test("full is one clear line", async () => {
    s3.fault = (_, method) => (method === "PUT" ? "full" : undefined);
    const { nodes } = await openWorkStore(address(), options);
    await expect(nodes.putIfAbsent(hash, files, receipt)).rejects.toThrow(
      "s3://lab/a/b/: the store is full (507 InsufficientStorage as the test wants it): make room; what is finished is kept, and the work goes on from there",
    );
  });

  test("nobody there is one line, and shows no credentials", async () => {
    const { nodes } = await openWorkStore(
      { ...address(), endpoint: "http://127.0.0.1:9" },
      { firstWait: 1, attempts: 2 },
    );
    const message = await nodes.read(hash).catch((error: Error) => error.message);
    expect(message).toMatch(/^s3:\/\/lab\/a\/b\/nodes\/[0-9a-f]{16}: GET: no answer from http:\/\/127\.0\.0\.1:9: /);
    expect(message).not.toContain("S3RVER");
  });

  test("a key that leads out of the prefix is refused before anything is asked for", async () => {
    const client = new S3Client(address());
    for (const key of ["../x", "nodes/../../x", "/x", "nodes//x", "nodes/%2e%2e/x", "a\\b"]) {
      await expect(client.get(key)).rejects.toThrow(
        `the key "${key}" would lead out of the prefix; nothing was asked for`,
      );
    }
    expect(s3.requests).toBe(0);
  });
});
