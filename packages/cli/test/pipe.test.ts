import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bash } from "./command.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-pipe-"));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const run =
  "ltt run spam-cnn --profile quick --train-size 20 --max-length 8 --epochs 1 --rounds 1 --arms winning-ticket";
const finished = ["archive.json.gz", "encodings", "metrics.csv", "nodes", "report.html", "run.json", "tensors.csv"];

describe("output that nobody reads", { timeout: 60_000 }, () => {
  test("ends a run as Ctrl-C does, with 141; the same command goes on, and sweeps what dead processes left", async () => {
    const { out, err } = await bash(`${run} --json --out stopped | head -1 > /dev/null; echo "\${PIPESTATUS[0]}"`, {
      cwd: root,
    });
    expect(out).toBe("141\n");
    expect(err.trimEnd().split("\n").at(-1)).toBe(
      "ltt: interrupted: nobody reads its output any more; all that was done is kept; the same command goes on from there",
    );
    expect(err).not.toMatch(/^\s+at /m);
    const stopped = join(root, "stopped");
    expect(readdirSync(stopped)).not.toContain("report.html");

    const dead = execFileSync(process.execPath, ["-p", "process.pid"], { encoding: "utf8" }).trim();
    for (const name of ["metrics.csv", "tensors.csv", "report.html"])
      writeFileSync(join(stopped, `${name}.partial-${dead}`), "");
    const resumed = await bash(`${run} --out stopped`, { cwd: root });
    expect(resumed.code).toBe(0);
    expect(resumed.err).not.toContain("network 1/2"); // the dense network was kept
    expect(readdirSync(stopped).sort()).toEqual(finished);
  });

  test.each([
    ["the final table", `${run} --out whole | true`],
    ["help", "ltt run --help | true"],
    ["a list", "ltt data list | true"],
    ["the version", "ltt --version | true"],
  ])("%s, when the work is done, ends quietly", async (_, line) => {
    const { out, err } = await bash(`${line}; echo "\${PIPESTATUS[0]}"`, { cwd: root });
    expect(out).toBe("0\n");
    expect(err).not.toMatch(/^\s+at |^ltt: /m);
    if (line.includes("whole")) expect(readdirSync(join(root, "whole")).sort()).toEqual(finished);
  });

  test.each([">&-", "2>&-", ">&- 2>&-"])("output closed from the start (%s) hinders nothing", async (closed) => {
    const { out, err } = await bash(`(${run} --out closed ${closed}); echo "$?"`, { cwd: root });
    expect(out).toMatch(/(^|\n)0\n$/);
    expect(err).not.toMatch(/^\s+at |^ltt: /m);
    expect(readdirSync(join(root, "closed")).sort()).toEqual(finished);
  });

  test.skipIf(!existsSync("/dev/full"))("on a full disk it is an error of one line, and the run is whole", async () => {
    const { code, err } = await bash(`${run} --json --out full > /dev/full`, { cwd: root });
    expect(err.match(/^ltt: .*/gm)).toEqual(["ltt: standard output: ENOSPC: no space left on device, write"]);
    expect(err).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
    expect(readdirSync(join(root, "full")).sort()).toEqual(finished);
  });
});
