import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FolderStore } from "./folder-store.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ltt-partial-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The number of a process that has ended. */
const dead = Number(execFileSync(process.execPath, ["-p", "process.pid"], { encoding: "utf8" }));

test("opening a run folder removes what dead processes left half-written, wherever it is; what living ones and other machines write stays", async () => {
  for (const name of ["nodes", "unfinished", join("failed", "00")]) mkdirSync(join(folder, name), { recursive: true });
  const [gone, living, elsewhere] = [`${dead}@${hostname()}`, `${process.pid}@${hostname()}`, `${dead}@another`];
  for (const pid of [gone, living, elsewhere]) {
    for (const name of ["metrics.csv", "tensors.csv", "report.html", join("failed", "00", "weights.safetensors")])
      writeFileSync(join(folder, `${name}.partial-${pid}`), "");
    for (const name of ["nodes", "unfinished"])
      mkdirSync(join(folder, name, `.partial-11-${pid}`, "deep"), { recursive: true });
  }
  await FolderStore.open(folder);
  expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual(
    ["metrics.csv", "report.html", "tensors.csv"].flatMap((name) =>
      [living, elsewhere].map((pid) => `${name}.partial-${pid}`).sort(),
    ),
  );
  expect(readdirSync(join(folder, "failed", "00")).sort()).toEqual(
    [living, elsewhere].map((pid) => `weights.safetensors.partial-${pid}`).sort(),
  );
  for (const name of ["nodes", "unfinished"])
    expect(readdirSync(join(folder, name)).sort()).toEqual(
      [living, elsewhere].map((pid) => `.partial-11-${pid}`).sort(),
    );
});

test("what only looks like a temporary file stays", async () => {
  const names = ["metrics.csv", "my.partial-results-7", "notes.partial-", "report.html.partial-x"];
  for (const name of names) writeFileSync(join(folder, name), "");
  mkdirSync(join(folder, `kept.partial-${dead}@${hostname()}`));
  await FolderStore.open(folder);
  expect(readdirSync(folder).sort()).toEqual([...names, `kept.partial-${dead}@${hostname()}`, "nodes"].sort());
});
