import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hashOf, NodeStore, RunFolderError, writeAtomic } from "./node-store.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ltt-store-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const bytes = (text: string) => new TextEncoder().encode(text);
const files = new Map([["a.txt", bytes("alpha")]]);

describe("hashOf", () => {
  test("depends on what is said, not on the order of keys", () => {
    expect(hashOf({ a: 1, b: [1, null, "x"] })).toBe(hashOf({ b: [1, null, "x"], a: 1 }));
    const all = [{ a: 1 }, { a: "1" }, { a: [1] }, { a: { b: 1 } }, { "a.b": 1 }, { a: null }, { a: true }].map(hashOf);
    expect(new Set(all).size).toBe(all.length);
    expect(hashOf({ a: 1 })).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe("a node store", () => {
  test("gives back what it was given, in another process too", async () => {
    const store = await NodeStore.open(folder);
    expect(await store.find("00")).toBeUndefined();
    await store.save("00", files, { seconds: 1.5, note: "n" });
    const node = (await (await NodeStore.open(folder)).find("00"))!;
    expect(node.seconds).toBe(1.5);
    expect(new TextDecoder().decode(await node.read("a.txt"))).toBe("alpha");
    expect(readdirSync(join(folder, "nodes"))).toEqual(["00"]);
    expect(readdirSync(join(folder, "nodes", "00")).sort()).toEqual(["a.txt", "receipt.json"]);
  });

  test("notices a file that changed, and a receipt that is another's or no receipt", async () => {
    const store = await NodeStore.open(folder);
    const node = await store.save("00", files, { seconds: 0 });
    writeFileSync(join(node.folder, "a.txt"), "beta");
    await expect(node.read("a.txt")).rejects.toThrow(
      `${node.folder}/a.txt: changed since it was written: remove the folder to train this network again`,
    );
    await expect(node.read("b.txt")).rejects.toThrow(RunFolderError);
    for (const text of ["{", "{}", readFileSync(join(node.folder, "receipt.json"), "utf8").replace('"00"', '"01"')]) {
      writeFileSync(join(node.folder, "receipt.json"), text);
      await expect(store.find("00")).rejects.toThrow("not the receipt of node 00: remove the folder to train it again");
    }
  });

  test("removes what a dead run left half-written, and leaves a living one's alone", async () => {
    const store = await NodeStore.open(folder);
    await store.save("00", files, { seconds: 0 });
    const dead = execFileSync(process.execPath, ["-p", "process.pid"], { encoding: "utf8" }).trim();
    for (const pid of [dead, process.pid]) execFileSync("mkdir", [join(folder, "nodes", `.partial-11-${pid}`)]);
    await NodeStore.open(folder);
    expect(readdirSync(join(folder, "nodes")).sort()).toEqual([`.partial-11-${process.pid}`, "00"]);
  });

  test("says what is wrong with a folder that cannot be made, at once", async () => {
    writeFileSync(join(folder, "file"), "");
    await expect(NodeStore.open(join(folder, "file", "run"))).rejects.toThrow(
      "a part of the path is a file, not a folder: choose another folder with --out",
    );
    await expect(NodeStore.check(join(folder, "file", "run"))).rejects.toThrow("a part of the path is a file");
    await expect(NodeStore.open("/proc/ltt-run")).rejects.toThrow(RunFolderError);
    await NodeStore.check(join(folder, "new", "run"));
    expect(readdirSync(folder)).toEqual(["file"]);
  });
});

describe("writeAtomic", () => {
  test("replaces a whole file and leaves nothing else", async () => {
    const path = join(folder, "x.csv");
    await writeAtomic(path, "one");
    await writeAtomic(path, "two");
    expect(readFileSync(path, "utf8")).toBe("two");
    expect(readdirSync(folder)).toEqual(["x.csv"]);
  });

  test("on a full disk says so and leaves nothing half-written", async ({ skip }) => {
    const small = join(folder, "small");
    try {
      execFileSync("mkdir", [small]);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", small], { stdio: "ignore" });
    } catch {
      console.warn("SKIPPED: full disk: mounting a small tmpfs needs root");
      return skip();
    }
    try {
      const store = await NodeStore.open(small);
      await store.save("00", files, { seconds: 0 });
      const large = new Map([["b.bin", new Uint8Array(1_000_000)]]);
      await expect(store.save("11", large, { seconds: 0 })).rejects.toThrow(
        "the disk is full: make room and run the same command again; finished networks are kept",
      );
      await expect(writeAtomic(join(small, "r.html"), new Uint8Array(1_000_000))).rejects.toThrow("the disk is full");
      expect(readdirSync(join(small, "nodes"))).toEqual(["00"]);
      expect(readdirSync(small)).toEqual(["nodes"]);
    } finally {
      execFileSync("umount", [small]);
    }
  });
});
