import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FolderStore } from "./folder-store.ts";
import { hashOf, type Node } from "./node.ts";

/** What another process does just before a folder is renamed into quarantine. */
let meanwhile: (() => Promise<void>) | undefined;
vi.mock("node:fs/promises", async (original) => {
  const fs = await original<typeof import("node:fs/promises")>();
  return {
    ...fs,
    rename: async (from: string, to: string) => {
      const now = to.includes("quarantine") ? meanwhile : undefined;
      if (now !== undefined) meanwhile = undefined;
      await now?.();
      return fs.rename(from, to);
    },
  };
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ltt-races-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const node: Node = { op: "test", version: 1, params: { a: 1 }, inputs: {} };
const hash = hashOf(node);
const bytes = (text: string) => new TextEncoder().encode(text);
const files = new Map([
  ["config.json", bytes(JSON.stringify(node))],
  ["a.txt", bytes("alpha")],
]);

test("a node that another process makes again, just before the damaged one would be put away, stays", async () => {
  const said: string[] = [];
  const stores = await Promise.all([1, 2].map(() => FolderStore.open(folder, { onDamage: (line) => said.push(line) })));
  const [one, other] = stores as [FolderStore, FolderStore];
  await one.putIfAbsent(hash, files, { seconds: 1 });
  writeFileSync(join(folder, "nodes", hash, "a.txt"), "damaged");
  meanwhile = async () => {
    expect(await other.putIfAbsent(hash, files, { seconds: 2 })).toBe("stored");
  };
  await one.read(hash);
  expect(meanwhile).toBeUndefined();
  expect((await one.read(hash))!.receipt.seconds).toBe(2);
  expect(readdirSync(join(folder, "quarantine"))).toEqual([`${hash}-1`]); // the damaged one
  expect(said).toHaveLength(1);
});

test("a checkpoint too", async () => {
  const [one, other] = [await FolderStore.open(folder), await FolderStore.open(folder)];
  await one.checkpoints.put(hash, 7, files, { seconds: 1 });
  writeFileSync(join(folder, "unfinished", `${hash}-7`, "a.txt"), "damaged");
  meanwhile = async () => {
    expect(await other.checkpoints.latest(hash)).toBeUndefined();
    await other.checkpoints.put(hash, 7, files, { seconds: 2 });
  };
  await one.checkpoints.latest(hash);
  expect((await one.checkpoints.latest(hash))!.receipt.seconds).toBe(2);
});
