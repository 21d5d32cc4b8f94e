import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeAtomic } from "./atomic-write.ts";
import { FolderStore } from "./folder-store.ts";
import { hashOf, type Node } from "./node.ts";
import { RunFolderError } from "./run-folder-error.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ltt-store-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const node: Node = { op: "test", version: 1, params: { a: 1 }, inputs: {} };
const hash = hashOf(node);
const bytes = (text: string) => new TextEncoder().encode(text);
const files = (text = "alpha") =>
  new Map([
    ["config.json", bytes(JSON.stringify(node))],
    ["a.txt", bytes(text)],
  ]);
const text = (read: { files: ReadonlyMap<string, Uint8Array> } | undefined, name = "a.txt") =>
  new TextDecoder().decode(read!.files.get(name));

describe("a node", () => {
  test("is given back as it was put, in another process too", async () => {
    const store = await FolderStore.open(folder);
    expect(await store.read(hash)).toBeUndefined();
    expect(await store.has(hash)).toBe(false);
    expect(await store.putIfAbsent(hash, files(), { seconds: 1.5, note: "n" })).toBe("stored");
    const other = await FolderStore.open(folder);
    const found = await other.read(hash);
    expect([text(found), found!.receipt.seconds, found!.receipt.note]).toEqual(["alpha", 1.5, "n"]);
    expect([await other.list(), await other.has(hash), await other.node(hash)]).toEqual([[hash], true, node]);
    expect(readdirSync(join(folder, "nodes", hash)).sort()).toEqual(["a.txt", "config.json", "receipt.json"]);
  });

  test("that is there already stays as it is, whatever time the second took", async () => {
    const store = await FolderStore.open(folder);
    await store.putIfAbsent(hash, files(), { seconds: 1 });
    expect(await store.putIfAbsent(hash, files(), { seconds: 2 })).toBe("there");
    expect((await store.read(hash))!.receipt.seconds).toBe(1);
    expect(readdirSync(join(folder, "nodes"))).toEqual([hash]);
  });

  test("with other bytes for the same name ends the run, and both are kept", async () => {
    const store = await FolderStore.open(folder);
    await store.putIfAbsent(hash, files(), { seconds: 1 });
    await expect(store.putIfAbsent(hash, files("beta"), { seconds: 1 })).rejects.toThrow(
      `${join(folder, "nodes", hash)}: it is there with another a.txt: one of the two was made by other code or a faulty machine; ` +
        `the other is kept in ${join(folder, "conflicts", `${hash}-1`)}`,
    );
    expect(text(await store.read(hash))).toBe("alpha");
    expect(readFileSync(join(folder, "conflicts", `${hash}-1`, "a.txt"), "utf8")).toBe("beta");
  });

  test("is written once by many that finish it at the same time", async () => {
    const stores = await Promise.all(Array.from({ length: 8 }, () => FolderStore.open(folder)));
    const outcomes = [];
    for (const store of stores) outcomes.push(await store.putIfAbsent(hash, files(), { seconds: 0 }));
    expect(outcomes.filter((outcome) => outcome === "stored").length).toBe(1);
    expect(text(await stores[0]!.read(hash))).toBe("alpha");
  });

  const receipt = () => join(folder, "nodes", hash, "receipt.json");
  test("that is looked for while it is put is whole or absent, never taken for damaged", async () => {
    const damage: string[] = [];
    const [store, other] = [
      await FolderStore.open(folder, { onDamage: (line) => damage.push(line) }),
      await FolderStore.open(folder),
    ];
    for (let n = 0; n < 40; n++) {
      const one: Node = { ...node, params: { n } };
      const its = new Map([...files(), ["config.json", bytes(JSON.stringify(one))]]);
      let isPut = false;
      const put = other.putIfAbsent(hashOf(one), its, { seconds: 1 }).then((how) => {
        isPut = true;
        return how;
      });
      while (!isPut) await store.read(hashOf(one));
      expect(await put).toBe("stored");
      expect(text(await store.read(hashOf(one)))).toBe("alpha");
    }
    expect(damage).toEqual([]);
  });

  test.each<[string, () => void, string]>([
    [
      "a file that changed",
      () => writeFileSync(join(folder, "nodes", hash, "a.txt"), "beta"),
      "a.txt has changed since it was written",
    ],
    ["a file that is gone", () => rmSync(join(folder, "nodes", hash, "a.txt")), "a.txt is missing"],
    ["no receipt", () => rmSync(receipt()), "there is no receipt.json"],
    [
      "half a receipt",
      () => writeFileSync(receipt(), readFileSync(receipt()).subarray(0, 20)),
      "receipt.json cannot be read",
    ],
    [
      "another time in its receipt",
      () => writeFileSync(receipt(), readFileSync(receipt(), "utf8").replace('"seconds": 0', '"seconds": 1')),
      "receipt.json has changed",
    ],
  ])("with %s is put into quarantine, said, and made again", async (_, damage, why) => {
    const said: string[] = [];
    const store = await FolderStore.open(folder, { onDamage: (line) => said.push(line) });
    await store.putIfAbsent(hash, files(), { seconds: 0 });
    for (const n of [1, 2]) {
      damage();
      expect(await store.read(hash)).toBeUndefined();
      const away = join(folder, "quarantine", `${hash}-${n}`);
      expect(said.at(-1)).toBe(`${join(folder, "nodes", hash)}: ${why}: it is now ${away} and will be made again`);
      expect(await store.putIfAbsent(hash, files(), { seconds: 0 })).toBe("stored");
    }
    expect(text(await store.read(hash))).toBe("alpha");
  });

  test("that is damaged does not stand in the way of who puts it anew", async () => {
    const store = await FolderStore.open(folder);
    await store.putIfAbsent(hash, files(), { seconds: 0 });
    writeFileSync(join(folder, "nodes", hash, "a.txt"), "beta");
    expect(await store.putIfAbsent(hash, files(), { seconds: 0 })).toBe("stored");
    expect(readdirSync(join(folder, "quarantine"))).toEqual([`${hash}-1`]);
  });

  test("under the name of another configuration is none, though all its checksums are right", async () => {
    const store = await FolderStore.open(folder);
    const wrong = hashOf({ ...node, params: { a: 2 } });
    await store.putIfAbsent(wrong, files(), { seconds: 0 });
    expect(await store.node(wrong)).toBeUndefined();
    expect(await store.read(wrong)).toBeUndefined();
    expect(readdirSync(join(folder, "quarantine"))).toEqual([`${wrong}-1`]);
  });
});

describe("a checkpoint", () => {
  test("is the latest that is whole, and goes when the node is finished", async () => {
    const store = await FolderStore.open(folder);
    const { checkpoints } = store;
    expect(await checkpoints.latest(hash)).toBeUndefined();
    await checkpoints.put(hash, 9, files("nine"), { seconds: 1 });
    await checkpoints.put(hash, 10, files("ten"), { seconds: 2 });
    await checkpoints.put(hash, 10, files("ten"), { seconds: 2 }); // another process was first
    expect(readdirSync(join(folder, "unfinished"))).toEqual([`${hash}-10`]);
    const latest = (await checkpoints.latest(hash))!;
    expect([latest.step, text(latest), latest.receipt.seconds]).toEqual([10, "ten", 2]);
    await checkpoints.drop(hash);
    expect(await checkpoints.latest(hash)).toBeUndefined();
  });

  test("that is damaged is put away, and the one before counts", async () => {
    const store = await FolderStore.open(folder);
    await store.checkpoints.put(hash, 10, files("ten"), { seconds: 0 });
    await store.checkpoints.put(hash, 9, files("nine"), { seconds: 0 }); // another process, slower
    writeFileSync(join(folder, "unfinished", `${hash}-10`, "a.txt"), "");
    expect((await store.checkpoints.latest(hash))!.step).toBe(9);
    expect(readdirSync(join(folder, "quarantine"))).toEqual([`${hash}-10-1`]);
  });

  test("may be dropped by many processes at the same time", async () => {
    const stores = await Promise.all(Array.from({ length: 8 }, () => FolderStore.open(folder)));
    const many = new Map(Array.from({ length: 60 }, (_, i) => [`${i}.txt`, bytes(String(i))]));
    for (let turn = 1; turn <= 10; turn++) {
      await stores[0]!.checkpoints.put(hash, turn, many, { seconds: 0 });
      await Promise.all(stores.map((store) => store.checkpoints.drop(hash)));
      expect(readdirSync(join(folder, "unfinished"))).toEqual([]);
    }
  });

  test("of a node that is finished is removed when the folder is opened", async () => {
    const store = await FolderStore.open(folder);
    await store.putIfAbsent(hash, files(), { seconds: 0 });
    await store.checkpoints.put(hash, 3, files(), { seconds: 0 });
    await store.checkpoints.put("other", 3, files(), { seconds: 0 });
    await FolderStore.open(folder);
    expect(readdirSync(join(folder, "unfinished"))).toEqual(["other-3"]);
  });
});

describe("a folder", () => {
  test("may be made by many at the same time, its parents too", async () => {
    for (let turn = 0; turn < 20; turn++) {
      const path = join(folder, `deep ${turn}`, "er", "run");
      await Promise.all(Array.from({ length: 8 }, () => FolderStore.open(path)));
      expect(readdirSync(path)).toEqual(["nodes"]);
    }
  });

  test("that cannot be made is said at once", async () => {
    writeFileSync(join(folder, "file"), "");
    const wrong = "a part of the path is a file, not a folder: choose another folder with --out";
    await expect(FolderStore.open(join(folder, "file", "run"))).rejects.toThrow(wrong);
    await expect(FolderStore.check(join(folder, "file", "run"))).rejects.toThrow(wrong);
    await expect(FolderStore.open("/proc/ltt-run")).rejects.toThrow(RunFolderError);
    await FolderStore.check(join(folder, "new", "run"));
    expect(readdirSync(folder)).toEqual(["file"]);
  });

  /** A small file system of its own; without root there is none, and the test says so. */
  function mounted(name: string, options: string): string | undefined {
    const path = join(folder, name);
    try {
      execFileSync("mkdir", [path]);
      execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path], { stdio: "ignore" });
      return path;
    } catch {
      console.warn(`SKIPPED: ${name}: mounting a tmpfs needs root`);
      return undefined;
    }
  }

  test("on a full disk is one clear line, and nothing half-written stays", async ({ skip }) => {
    const small = mounted("small", "size=64k");
    if (small === undefined) return skip();
    try {
      const store = await FolderStore.open(small);
      await store.putIfAbsent(hash, files(), { seconds: 0 });
      const large = new Map([...files(), ["b.bin", new Uint8Array(1_000_000)] as const]);
      const full = "the disk is full: make room and run the same command again; finished networks are kept";
      await expect(store.putIfAbsent("11", large, { seconds: 0 })).rejects.toThrow(
        `${join(small, "nodes", "11")}: ${full}`,
      );
      await expect(store.checkpoints.put("11", 1, large, { seconds: 0 })).rejects.toThrow(full);
      await expect(writeAtomic(join(small, "r.html"), new Uint8Array(1_000_000))).rejects.toThrow(full);
      expect(readdirSync(join(small, "nodes"))).toEqual([hash]);
      expect(readdirSync(small).sort()).toEqual(["nodes", "unfinished"]);
      expect(readdirSync(join(small, "unfinished"))).toEqual([]);
    } finally {
      execFileSync("umount", [small]);
    }
  });

  test("that is read-only is one clear line", async ({ skip }) => {
    const fixed = mounted("fixed", "size=64k");
    if (fixed === undefined) return skip();
    try {
      await (await FolderStore.open(fixed)).putIfAbsent(hash, files(), { seconds: 0 });
      execFileSync("mount", ["-o", "remount,ro", fixed]);
      const readOnly = `${fixed}: the file system is read-only: choose another folder with --out`;
      await expect(FolderStore.open(fixed)).rejects.toThrow(readOnly);
      await expect(FolderStore.check(fixed)).rejects.toThrow(readOnly);
    } finally {
      execFileSync("umount", [fixed]);
    }
  });
});
