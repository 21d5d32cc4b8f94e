import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ltt } from "./command.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-seeds-"));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const small = "run spam-cnn --profile quick --train-size 20 --max-length 8 --epochs 1 --rounds 1 --arms winning-ticket";
const run = (...more: string[]) => ltt([...small.split(" "), ...more], { cwd: root });
const read = (folder: string, file: string) => readFileSync(join(root, folder, file), "utf8");
/** The arms and seeds of metrics.csv. */
const rows = (folder: string) =>
  read(folder, "metrics.csv")
    .trim()
    .split("\r\n")
    .slice(1)
    .map((row) => row.split(",").slice(0, 2).join(" "));

describe("seeds that run one after the other in one folder", { timeout: 120_000 }, () => {
  test("are one experiment: the report of the second covers the first, as if they had run together", async () => {
    await run("--seed", "1", "--out", "apart");
    const second = await run("--seed", "2", "--out", "apart", "--json");
    await run("--seeds", "1,2", "--out", "together");
    expect(second.err).toContain("seed 1 is finished in this folder: the report covers it too\n");
    const events = second.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.map(({ seed }) => seed)).toEqual([2, 2, undefined]); // of the first nothing is trained
    for (const file of ["metrics.csv", "tensors.csv"]) expect(read("apart", file)).toBe(read("together", file));
    const timeless = (text: string) => text.replace(/<tr class="(run-row|time)">.*?<\/tr>/g, "");
    expect(timeless(read("apart", "report.html"))).toBe(timeless(read("together", "report.html")));

    const again = await run("--seed", "1", "--out", "apart");
    expect(again.out).toContain("seeds 1, 2\n");
    expect(again.err).not.toContain("step");
  });

  test("a seed that is not finished with these settings, or was damaged, is left out, and said so", async () => {
    await run("--seed", "1", "--out", "left-out");
    const other = await run("--seed", "2", "--rounds", "2", "--out", "left-out");
    const said = "seed 1 is in this folder too, but not finished with these settings: the report leaves it out\n";
    expect(other.err).toContain(said);
    expect(rows("left-out")).toEqual(["dense 2", "winning-ticket 2", "winning-ticket 2"]);

    const nodes = join(root, "left-out", "nodes");
    const ofSeed = (seed: number) =>
      readdirSync(nodes).filter(
        (node) => JSON.parse(readFileSync(join(nodes, node, "config.json"), "utf8")).params.seed === seed,
      );
    for (const node of ofSeed(1)) writeFileSync(join(nodes, node, "weights.safetensors"), "");
    mkdirSync(join(nodes, "0123456789abcdef")); // as an older version named and wrote it
    writeFileSync(join(nodes, "0123456789abcdef", "config.json"), '{"format":1,"seed":7,"arm":"dense"}');
    const third = await run("--seed", "3", "--out", "left-out");
    expect(third.code).toBe(0);
    expect(third.err).toContain("1 node in this folder is of another version of ltt, or damaged: not used\n");
    expect(third.err).toContain("weights.safetensors has changed since it was written: it is now ");
    expect(third.err).toContain(said);
    expect(third.err).toContain("seed 2 is finished in this folder: the report covers it too\n");
    expect(rows("left-out")).toEqual(["dense 2", "winning-ticket 2", "dense 3", "winning-ticket 3"]);
  });
});
