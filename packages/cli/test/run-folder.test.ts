import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ltt } from "./command.ts";

/** Commands that need a run folder and nothing else: neither data set nor options. */

const FILES = ["report.html", "metrics.csv", "tensors.csv"];

let root: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "ltt-run-folder-"));
  writeFileSync(
    join(root, "plugin.js"),
    `export const criteria = [{ name: "mine", version: 1, score: async ({ trained }) => new Map([...(await trained())].map(([k, v]) => [k, v.map((w) => w * w)])) }];`,
  );
  const settings =
    "--profile quick --train-size 60 --max-length 8 --epochs 2 --rounds 2 --arms winning-ticket,late-rewinding";
  for (const seed of ["2", "1"]) {
    const args = ["run", "spam-cnn", ...settings.split(" "), "--seed", seed, "--rewind", "epoch:1", "--out", "run"];
    await ltt([...args, "--plugin", "plugin.js", "--criterion", "mine"], { cwd: root });
  }
}, 120_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const run = (...args: string[]) => ltt(args, { cwd: root });
const read = (folder: string) => FILES.map((file) => readFileSync(join(root, folder, file), "utf8"));
const nodes = () =>
  new Map(
    readFileSync(join(root, "run", "metrics.csv"), "utf8")
      .trim()
      .split("\r\n")
      .slice(1)
      .map((row) => row.split(","))
      .map((cells) => [`${cells[0]} ${cells[1]} ${cells[2]}`, cells.at(-1)!]),
  );
const node = (name: string) => nodes().get(name)!;

describe("ltt report", () => {
  test("makes the same files again, of both seeds, and trains nothing; only the check that needs the data is left out", async () => {
    const before = read("run");
    cpSync(join(root, "run"), join(root, "again"), { recursive: true });
    for (const file of FILES) rmSync(join(root, "again", file));
    const { code, out } = await run("report", "again");
    expect(code).toBe(0);
    expect(out).toContain("report: again/report.html");
    const predicted = /<tr><th scope="row">Predictions are [^<]*<\/th>.*?<\/tr>/;
    expect(before[0]).toMatch(predicted);
    const withoutData = before[0]!.replace(predicted, "").replaceAll(/ll 10 checks passed/g, "ll 9 checks passed");
    expect(read("again")).toEqual([withoutData, ...before.slice(1)]);
    expect(before[0]).toContain("<b>seeds 1, 2</b>");
  }, 60_000);

  test("has another title where it is told", async () => {
    await run("report", "again", "--title", "Another <title>");
    const [report] = read("again");
    expect(report).toContain("<h1>Another &lt;title&gt;</h1>");
  }, 60_000);

  test("of a run that is partly finished says what is missing", async () => {
    cpSync(join(root, "run"), join(root, "partly"), { recursive: true });
    rmSync(join(root, "partly", "nodes", node("late-rewinding 1 2")), { recursive: true });
    rmSync(join(root, "partly", "archive.json.gz")); // which has all that a report says of it
    const { code, err } = await run("report", "partly");
    expect(err).toContain("1 of 10 networks are not finished: the report is of the others");
    expect(code).toBe(0);
    expect(
      readFileSync(join(root, "partly", "metrics.csv"), "utf8")
        .trim()
        .split("\r\n").length,
    ).toBe(1 + 9);
  }, 60_000);

  test("of a folder without a run is one line", async () => {
    const { code, err } = await run("report", "nowhere");
    expect(err).toMatch(/^ltt: nowhere: there is no such folder or archive; .+\n$/);
    expect(code).toBe(1);
    expect(readdirSync(root)).not.toContain("nowhere");
    mkdirSync(join(root, "empty"));
    expect((await run("report", "empty")).err).toMatch(/^ltt: empty: no run is noted in run\.json; .+\n$/);
  }, 60_000);

  test("goes into no file, and draws no curves of other pairs: nothing is written", async () => {
    writeFileSync(join(root, "a-file"), "");
    for (const out of ["a-file", join("a-file", "in")]) {
      const { code, err } = await run("report", "run", "--out", out);
      expect([code, err]).toEqual([
        1,
        `ltt: ${out}: a part of the path is a file, not a folder: choose another folder with --out\n`,
      ]);
    }
    const curves = { "winning-ticket": { testAccuracyPercent: [90] } };
    const content = { source: "a paper", sparsityPercent: [0], pairs: { "imdb-cnn": curves } };
    writeFileSync(join(root, "published.json"), JSON.stringify(content));
    const { code, err } = await run("report", "run", "--published", "published.json", "--out", "drawn");
    expect([code, err]).toEqual([
      1,
      "ltt: --published published.json: has no curves of spam-cnn, but of imdb-cnn; name another file, or leave --published out\n",
    ]);
    expect(readdirSync(root)).not.toContain("drawn");
  }, 60_000);
});

describe("ltt audit", () => {
  test("reads the files again, and scores by the plugin's criterion", async () => {
    const { code, out } = await run("audit", "run");
    expect(out).toMatch(/^passed {2}Cuts removed the lowest scores: 8 networks$/m);
    expect(out).toMatch(/^\d+ checks, all passed$/m);
    expect(code).toBe(0);
  }, 60_000);

  test("says which check fails, with exit code 1", async () => {
    cpSync(join(root, "run"), join(root, "swapped"), { recursive: true });
    const [a, b] = [node("winning-ticket 1 1"), node("winning-ticket 2 1")].map((hash) =>
      join(root, "swapped", "nodes", hash),
    );
    rmSync(a!, { recursive: true });
    cpSync(b!, a!, { recursive: true });
    const { code, out } = await run("audit", "swapped");
    expect(out).toMatch(/^FAILED {2}.*winning-ticket, seed 1, round 1/m);
    expect(code).toBe(1);
    const events = (await run("audit", "swapped", "--json")).out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.filter(({ passed }) => !passed).length).toBeGreaterThan(0);
  }, 60_000);

  test("says what cannot be checked when the plugin file is gone", async () => {
    cpSync(join(root, "run"), join(root, "gone", "run"), { recursive: true });
    const { out, err } = await ltt(["audit", "run"], { cwd: join(root, "gone") });
    expect(err).toContain("--plugin plugin.js: there is no such file");
    expect(out).toMatch(/Cuts removed the lowest scores: .*not checked: 8 networks: the criterion .* is not at hand/);
  }, 60_000);
});

describe("ltt diff", () => {
  test("tells how two networks agree, in a table that fits", async () => {
    const { code, out } = await run("diff", node("dense 1 0"), node("winning-ticket 1 1"), "--out", "run");
    expect(code).toBe(0);
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^tensor +stored A +stored B +common +Jaccard +signs +distance$/);
    expect(lines.at(-1)).toMatch(/^all +\d+ +\d+ +\d+ +0\.5\d\d\d +[01]\.\d+ +\d/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  }, 60_000);

  test("of a run alone compares the masks of its seeds, round by round, with what chance would give", async () => {
    const { code, out } = await run("diff", "run");
    expect(code).toBe(0);
    const [head, ...rows] = out.trimEnd().split("\n");
    expect(head).toBe("round    seeds  Jaccard  by chance");
    expect(rows.map((row) => row.trim().split(/ {2,}/).slice(0, 2))).toEqual([
      ["1", "1, 2"],
      ["2", "1, 2"],
    ]);
    const { overlaps } = JSON.parse((await run("diff", "run", "--arm", "late-rewinding", "--json")).out);
    const hashes = [1, 2].map((seed) => node(`late-rewinding ${seed} 1`));
    const pair = JSON.parse((await run("diff", ...hashes, "--out", "run", "--json")).out);
    expect(overlaps[0]).toMatchObject({ round: 1, seeds: [1, 2], jaccard: pair.all.jaccard });
    // half of each tensor: by chance a quarter in both, of three quarters in either
    for (const [i, expected] of [1 / 3, 1 / 7].entries())
      expect(Math.abs(overlaps[i].byChance - expected)).toBeLessThan(0.001);
    expect((await run("diff", "run", "--arm", "rigl")).err).toContain(
      "ltt diff: run: there is no arm rigl; it has dense, winning-ticket, late-rewinding",
    );
    expect((await run("diff", "nowhere")).err).toContain(
      "nowhere: there is no such folder; name two networks, or a run's folder",
    );
  }, 60_000);

  test("of a network and itself is all the same; folders and files name it too", async () => {
    const hash = node("winning-ticket 1 2");
    const folder = join("run", "nodes", hash);
    for (const other of [hash, folder, join(folder, "weights.safetensors")]) {
      const { out } = await run("diff", folder, other, "--out", "run", "--json");
      const { all, others } = JSON.parse(out);
      expect(all).toMatchObject({ jaccard: 1, sameSign: 1, distance: 0 });
      expect(all.sizes).toEqual([all.overlap, all.overlap]);
      expect(others).toEqual([]);
    }
  }, 60_000);

  test("of what there is not is one line", async () => {
    const hash = node("dense 1 0");
    expect((await run("diff", hash, hash)).err).toContain(`ltt diff: ${hash}: name its run folder with --out`);
    expect((await run("diff", hash, "nowhere", "--out", "run")).err).toContain(
      "ltt diff: nowhere: there is no such node or file",
    );
    expect((await run("diff", hash, hash, "--out", "nowhere")).err).toContain("nowhere: there is no such folder");
    expect(readdirSync(root)).not.toContain("nowhere");
  }, 60_000);
});

test("ltt replay HASH --out RUN takes the options of the run that has it", async () => {
  const hash = node("late-rewinding 2 1");
  const { code, out, err } = await run("replay", hash, "--out", "run");
  expect(err).not.toContain("ltt: ");
  expect(out).toBe(`${hash}: 6 of 6 files have the same bytes\n`);
  expect(code).toBe(0);
  const wrong = await run("replay", hash, "--out", "run", "--train-size", "50");
  expect(wrong.err).toContain("is of other");
  expect((await run("replay", hash)).err).toContain("ltt replay HASH: name its run folder with --out");
  expect((await run("replay", "0000000000000000", "--out", "run")).err).toContain(
    "no run noted in run.json has the network 0000000000000000",
  );
  expect((await run("replay", "spam", hash)).err).toContain('there is no pair "spam"');
}, 120_000);
