import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bash } from "./command.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-terminal-"));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const canMakeTerminals = (() => {
  try {
    return execFileSync("script", ["-qec", "echo made", "/dev/null"], { encoding: "utf8" }).includes("made");
  } catch {
    return false;
  }
})();
if (!canMakeTerminals) console.warn("SKIPPED: ltt on a terminal: script(1) of util-linux is not there");

const run = "ltt run spam-cnn --profile quick --train-size 20 --max-length 8 --epochs 1 --rounds 1 --out run";

/** What a terminal of that many columns shows, line by line, without escape sequences and what they overwrote. */
async function shown(line: string, columns: number): Promise<string[]> {
  const inner = `stty cols ${columns} rows 24; ${line}`;
  const { out } = await bash(`export -f ltt; SHELL=$(command -v bash) script -qec "${inner}" /dev/null < /dev/null`, {
    cwd: root,
  });
  return out.split("\n").map((text) =>
    text
      .replace(/\r$/, "")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what it removes
      .replace(/.*\x1b(?:\[[0-9?]*[A-Za-z]|[78])/, ""),
  );
}

describe("on a terminal", { timeout: 60_000 }, () => {
  test.skipIf(!canMakeTerminals)("of 80 columns every line fits, and elsewhere every line is whole", async () => {
    const lines = await shown(run, 80);
    for (const line of lines) {
      if (!line.includes("/")) expect(line.length, line).toBeLessThanOrEqual(80); // a path may be longer
    }
    expect(lines.filter((line) => /^round +sparsity +valid +test +stop$/.test(line)).length).toBe(4);

    const { out, err } = await bash(run, { cwd: root });
    expect(out).toMatch(/^ +winning ticket +random re-initialisation +shuffled initial weights +late rewinding$/m);
    expect(out).toMatch(/^Note: Quick profile: .*, never a claim\.$/m);
    expect(err).toMatch(/^spam-assassin, .* texts cut at 8 tokens;.*$/m);
    const words = (text: string) => text.split(/\s+/).filter((word) => word !== "");
    const told = out.slice(out.indexOf("Note:"), out.indexOf("report:"));
    expect(words(lines.join(" ")).join(" ")).toContain(words(told).join(" "));
  });

  test.skipIf(!canMakeTerminals)("errors are divided between words", async () => {
    const lines = await shown("ltt run spam-cnn --embedding magic", 60);
    expect(lines.slice(0, 3)).toEqual([
      "error: option '--embedding <vectors>' argument 'magic' is",
      "invalid. Allowed choices are normal, uniform, glove.",
      "(ltt run --help lists the arguments and options)",
    ]);
  });
});
