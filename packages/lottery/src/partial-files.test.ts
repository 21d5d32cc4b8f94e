import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
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

test("opening a run folder removes what dead processes left half-written, wherever it is; what living ones write stays", async () => {
  for (const name of ["nodes", "unfinished", join("failed", "00")]) mkdirSync(join(folder, name), { recursive: true });
  for (const pid of [dead, process.pid]) {
    for (const name of ["metrics.csv", "tensors.csv", "report.html", join("failed", "00", "weights.safetensors")])
      writeFileSync(join(folder, `${name}.partial-${pid}`), "");
    for (const name of ["nodes", "unfinished"])
      mkdirSync(join(folder, name, `.partial-11-${pid}`, "deep"), { recursive: true });
  }
  await FolderStore.open(folder);
  expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual(
    ["metrics.csv", "report.html", "tensors.csv"].map((name) => `${name}.partial-${process.pid}`),
  );
  expect(readdirSync(join(folder, "failed", "00"))).toEqual([`weights.safetensors.partial-${process.pid}`]);
  for (const name of ["nodes", "unfinished"])
    expect(readdirSync(join(folder, name))).toEqual([`.partial-11-${process.pid}`]);
});

test("what only looks like a temporary file stays", async () => {
  const names = ["metrics.csv", "my.partial-results-7", "notes.partial-", "report.html.partial-x"];
  for (const name of names) writeFileSync(join(folder, name), "");
  mkdirSync(join(folder, `kept.partial-${dead}`));
  await FolderStore.open(folder);
  expect(readdirSync(folder).sort()).toEqual([...names, `kept.partial-${dead}`, "nodes"].sort());
});
