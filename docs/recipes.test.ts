import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ARMS, CRITERIA } from "@ltt/lottery";
import { expect, test } from "vitest";
import { codeBlocks } from "../tools/code-blocks.ts";

const page = readFileSync(new URL("recipes.md", import.meta.url), "utf8");
const blocks = codeBlocks(page);
const commands = blocks.filter(({ language }) => language === "sh").map(({ code }) => code);

test("every arm has a command, and every name in one is an arm's", () => {
  const named = commands.flatMap((code) =>
    [...code.matchAll(/--arms (\S+)/g)].flatMap(([, names]) => names!.split(",")),
  );
  expect([...new Set(named)].sort()).toEqual([...ARMS].sort());
});

test("every criterion stands in the table of scores", () => {
  const table = page.slice(page.search(/\| criterion +\|/));
  const named = [...table.slice(0, table.indexOf("\n\n")).matchAll(/^\| `([\w-]+)`/gm)].map(([, name]) => name);
  expect(named.sort()).toEqual(CRITERIA.map(({ name }) => name).sort());
  const asked = commands.flatMap((code) => [...code.matchAll(/--criterion ([\w-]+)/g)].map(([, name]) => name));
  for (const name of asked) expect(named).toContain(name);
});

test("the code runs, and prints what it says", () => {
  const folder = mkdtempSync(join(import.meta.dirname, "..", "packages", "cli", ".recipes-"));
  try {
    for (const { code, output } of blocks.filter(({ language }) => language === "ts")) {
      writeFileSync(join(folder, "recipe.ts"), code);
      const args = ["--import", "tsx", "--conditions", "@ltt/source", join(folder, "recipe.ts")];
      expect(execFileSync(process.execPath, args, { encoding: "utf8" })).toBe(output);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
