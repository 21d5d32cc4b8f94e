import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { makeFolder, writeAtomic } from "./atomic-write.ts";

vi.mock("node:fs/promises", async (original) => {
  const fs = await original<typeof import("node:fs/promises")>();
  return { ...fs, mkdir: vi.fn(fs.mkdir) };
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ltt-write-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("writeAtomic replaces a whole file and leaves nothing else", async () => {
  const path = join(folder, "x.csv");
  await writeAtomic(path, "one");
  await writeAtomic(path, "two");
  expect(readFileSync(path, "utf8")).toBe("two");
  expect(readdirSync(folder)).toEqual(["x.csv"]);
});

test("makeFolder makes what another process makes between its steps: the parent, and then the folder itself", async () => {
  const path = join(folder, "run", "nodes");
  vi.mocked(mkdir).mockImplementationOnce(async () => {
    await mkdir(dirname(path)); // just after we were told that it is not there
    throw Object.assign(new Error("ENOENT"), { code: "ENOENT" });
  });
  await makeFolder(path);
  expect(statSync(path).isDirectory()).toBe(true);
  await makeFolder(path);
});

test("makeFolder gives up where the parent is there and yet nothing can be made in it", async () => {
  const wrong = Object.assign(new Error("ENOENT"), { code: "ENOENT" });
  const path = join(folder, "never");
  vi.mocked(mkdir)
    .mockRejectedValueOnce(wrong) // of the folder
    .mockRejectedValueOnce(Object.assign(new Error("EEXIST"), { code: "EEXIST" })) // of its parent
    .mockRejectedValueOnce(wrong);
  await expect(makeFolder(path)).rejects.toThrow("ENOENT");
});
