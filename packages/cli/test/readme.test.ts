import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { PAIRS } from "../src/pairs.ts";
import { PROFILES } from "../src/profile-names.ts";
import { ltt } from "./command.ts";

const read = (path: string) => readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8");
const help = async (...args: string[]) => (await ltt([...args, "--help"], { cwd: "/" })).out;

test("the README's table of commands has every command, and no other", async () => {
  const [, commands] = /^## Commands\n(.*?)^## /ms.exec(read("../README.md"))!;
  const named = [...commands!.matchAll(/^\| (.*?) \|/gm)].flatMap(([, cell]) =>
    Array.from(cell!.matchAll(/`(?:ltt )?([a-z]+)/g), ([, name]) => name!),
  );
  const [, listed] = /^Commands:\n(.*)/ms.exec(await help())!;
  const there = Array.from(listed!.matchAll(/^ {2}([a-z]+)/gm), ([, name]) => name!);
  expect(named.toSorted()).toEqual(there.filter((name) => name !== "help").sort());
}, 60_000);

test("the project's README has every pair in its table, and every profile", async () => {
  const readme = read("../../../README.md");
  const tableOf = (heading: string) => new RegExp(`^\\| ${heading} .*?\\n\\n`, "ms").exec(readme)![0];
  const firstCells = (table: string) => Array.from(table.matchAll(/^\| (.*?) \|/gm), ([, cell]) => cell!);
  const named = (heading: string) =>
    firstCells(tableOf(heading)).flatMap((cell) => Array.from(cell.matchAll(/`(.*?)`/g), ([, name]) => name!));
  expect(named("pair").toSorted()).toEqual([...PAIRS].sort());
  expect(named("profile").toSorted()).toEqual([...PROFILES].sort());
});

test("the README's options of runs are options", async () => {
  const readme = read("../../../README.md");
  const [laboratory] = /^## The laboratory\n.*?^## Installing/ms.exec(readme)!;
  const told = await Promise.all([help("run"), help("report")]).then((texts) => texts.join());
  const there = new Set(Array.from(told.matchAll(/--[a-z0-9-]+/g), ([option]) => option));
  const named = Array.from(laboratory.matchAll(/--[a-z][a-z0-9-]+/g), ([option]) => option);
  expect(named.filter((option) => !there.has(option))).toEqual(["--silent", "--to"]); // of npm, and of ltt export
}, 60_000);

test("the help of ltt report names every file that it writes", async () => {
  const said = await help("report");
  for (const file of FILES) expect(said).toContain(file);
}, 60_000);

test("the listing of a run folder names every file that runs leave for people", () => {
  const [, listing] = /^RUN\/\n(.*?)^```/ms.exec(read("../../../docs/architecture.md"))!;
  for (const file of [...FILES, "archive.json.gz", "run.json"]) expect(listing).toContain(file);
});

const FILES = [
  "report.html",
  "metrics.csv",
  "tensors.csv",
  "curves.csv",
  "statistics.csv",
  "latency.csv",
  "model-card.md",
  "events/",
] as const;
