import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ltt } from "./command.ts";

/** Seeds that were trained apart, and runs whose weights are gone. */

let root: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "ltt-archive-"));
  for (const [seeds, out] of [
    ["1", "one"],
    ["2", "two"],
    ["1,2", "together"],
  ] as const)
    await run(...small, "--seeds", seeds, "--out", out);
}, 180_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const small = "run spam-cnn --profile quick --train-size 40 --max-length 8 --epochs 1 --rounds 2".split(" ");
const run = (...args: string[]) => ltt(args, { cwd: root });
const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");
const tables = (folder: string) => ["metrics.csv", "tensors.csv"].map((file) => read(folder, file));
/** A report without where its networks came from, times, and pictures of masks, which need weights. */
const results = (folder: string) =>
  read(folder, "report.html")
    .replace(/<section><h2>How it was made.*?<\/section>/s, "")
    .replace(/<section><h2>Ticket audit.*?<\/section>/s, "")
    .replace(/<section><h2>Masks.*?<\/section>/s, "")
    .replace(/Audit: all \d+ checks passed/, "") // the weights of an archive are not there to be looked at
    .replace(/<tr class="(run-row|time)">.*?<\/tr>/g, "");

describe("seeds of one experiment that were trained apart", { timeout: 120_000 }, () => {
  test("are one report, from folders, from archives, and from one of each", async () => {
    for (const seed of ["one", "two"]) {
      const { code, out } = await run("archive", seed, "--out", `${seed}.json.gz`);
      expect(out).toBe(`${seed}.json.gz: 9 networks, seed ${seed === "one" ? 1 : 2}\n`);
      expect(code).toBe(0);
    }
    for (const [i, sources] of [
      ["one", "two"],
      ["one.json.gz", "two.json.gz"],
      ["two.json.gz", "one"],
    ].entries()) {
      const { code, err, out } = await run("report", ...sources, "--out", `joined-${i}`);
      expect([code, err]).toEqual([0, ""]);
      expect(out).toContain("seeds 1, 2");
      expect(tables(`joined-${i}`)).toEqual(tables("together"));
      expect(results(`joined-${i}`)).toBe(results("together"));
      const [row] = /<th scope="row">Pruned weights.*?<\/tr>/.exec(read(`joined-${i}`, "report.html")) ?? [];
      expect(row).toMatch(/✓ passed<\/td><td class="words">seed \d: \d+ networks; seed \d: \d+ networks</);
    }
    const page = read("joined-1", "report.html");
    expect(page.split("not here: results and audit are those of an archive").length).toBe(1 + 2);
    expect(page).toContain("The weights of seeds 1, 2 are not here");
    expect(page).toMatch(/<code>ltt run spam-cnn --profile quick --train-size 40 .*--seeds 2<\/code>/);
  });

  test("of which one is given twice are counted once", async () => {
    const { code } = await run("report", "one", "one.json.gz", "two", "--out", "twice");
    expect(code).toBe(0);
    expect(tables("twice")).toEqual(tables("together"));
  });

  test("are one archive, small and without paths of the machine", async () => {
    await run("archive", "one.json.gz", "two", "--out", "both.json.gz");
    await run("report", "both.json.gz", "--out", "from-both");
    expect(tables("from-both")).toEqual(tables("together"));
    expect(statSync(join(root, "both.json.gz")).size).toBeLessThan(60_000);
    expect(gunzipSync(readFileSync(join(root, "both.json.gz"))).toString()).not.toContain(root);
  });
});

describe("a run whose weights are gone", { timeout: 120_000 }, () => {
  test("has its report from the archive that the run has left", async () => {
    cpSync(join(root, "one"), join(root, "gone"), { recursive: true });
    rmSync(join(root, "gone", "nodes"), { recursive: true });
    rmSync(join(root, "gone", "metrics.csv"));
    const { code, err } = await run("report", "gone");
    expect([code, err]).toEqual([0, ""]);
    expect(read("gone", "metrics.csv")).toBe(read("one", "metrics.csv"));
    expect(readdirSync(join(root, "gone"))).not.toContain("nodes");
    expect(read("gone", "report.html")).toContain("Predictions are those of the weights"); // as the run has audited it
  });

  test("or of one network of which only the weights are gone", async () => {
    cpSync(join(root, "one"), join(root, "partly"), { recursive: true });
    const [node] = readdirSync(join(root, "partly", "nodes")).filter((hash) =>
      read("partly", "metrics.csv").includes(hash),
    );
    rmSync(join(root, "partly", "nodes", node!, "weights.safetensors"));
    const { code, err } = await run("report", "partly");
    expect(err).toMatch(/^.*weights\.safetensors is missing: it is now .*quarantine.*\n$/);
    expect(code).toBe(0);
    expect(read("partly", "metrics.csv").split("\r\n").sort()).toEqual(read("one", "metrics.csv").split("\r\n").sort());
  });
});

test("runs of other experiments are compared, by what they differ in", async () => {
  const other = await run(...small, "--seeds", "1", "--learning-rate", "0.002", "--out", "other");
  expect(other.code).toBe(0);
  const { code, out, err } = await run(
    "report",
    "one",
    "other",
    "two.json.gz",
    "--out",
    "compared",
    "--language",
    "ko",
  );
  expect([code, out]).toEqual([0, "comparison: compared/comparison.html\n"]);
  expect(err).toBe("2 experiments: spam-cnn, profile quick (one), spam-cnn, profile quick (other)\n");
  const page = read("compared", "comparison.html");
  expect(page).toContain("<h1>실행 비교</h1>");
  expect(page).toMatch(
    /<th scope="row">optimiser<\/th><td class="words">Adam, learning rate 0.005.*?<td class="words">Adam, learning rate 0.002/,
  );
  expect(page).not.toContain('<th scope="row">parameters</th>');
  await run(...small, "--seeds", "1", "--learning-rate", "0.002", "--out", "other", "--title", "A lower rate");
  const titled = await run("report", "one", "other", "--out", "titled");
  expect(titled.err).toBe(
    "2 experiments: spam-cnn, profile quick: Lottery tickets in spam-cnn, spam-cnn, profile quick: A lower rate\n",
  );
}, 120_000);

test("figures are files of their own where they are asked for, and TensorBoard's events are a folder a network", async () => {
  const { err } = await run("report", "one.json.gz", "--out", "drawn", "--figures");
  const figures = readdirSync(join(root, "drawn", "figures"));
  expect(err).toBe(`${figures.length} figures: drawn/figures\n`);
  expect(figures).toEqual(expect.arrayContaining(["accuracy.svg", "speed-0.svg", "loss-curves.svg", "cost.svg"]));
  expect(readdirSync(join(root, "drawn", "events", "winning-ticket", "seed-1"))).toEqual(["round-01", "round-02"]);
  expect(read("drawn", "model-card.md")).toContain("pipeline_tag: text-classification");
}, 120_000);

describe("what is no such archive is one line", { timeout: 120_000 }, () => {
  const refused = async (...sources: string[]) => {
    const { code, err, out } = await run("report", ...sources, "--out", "refused");
    expect([code, out]).toEqual([1, ""]);
    expect(readdirSync(root)).not.toContain("refused");
    return err;
  };

  test("one that has changed, is cut off, is of another version, or is none", async () => {
    const bytes = readFileSync(join(root, "one", "archive.json.gz"));
    const text = gunzipSync(bytes).toString();
    const changed = text.replace(/\\"testAccuracy\\":0\.\d/, '\\"testAccuracy\\":0.9');
    expect(changed).not.toBe(text);
    writeFileSync(join(root, "changed.gz"), gzipSync(changed));
    writeFileSync(join(root, "cut.gz"), bytes.subarray(0, 2000));
    writeFileSync(join(root, "other.gz"), gzipSync('{"a":1}'));
    expect(await refused("changed.gz")).toBe("ltt: changed.gz: has changed since it was written\n");
    expect(await refused("cut.gz")).toMatch(/^ltt: cut\.gz: is no archive of a run, or is damaged: .*\n$/);
    expect(await refused("other.gz")).toBe("ltt: other.gz: is no archive of a run\n");
    expect(await refused("one/metrics.csv")).toMatch(/^ltt: one\/metrics\.csv: is no archive of a run, or is damaged/);
    expect(await refused("nowhere.gz")).toMatch(/^ltt: nowhere\.gz: there is no such folder or archive; /);
  });

  test.each([["--published", "curves.json"], ["--title", "Two"], ["--figures"]])(
    "a comparison with %s, which it has not",
    async (...flag) => {
      expect(await refused("one", "other", ...flag)).toBe(
        `ltt: ltt report: ${flag[0]} is of the report of one experiment, and these are 2, which are compared; leave it out\n`,
      );
    },
  );

  test("without --out, where the report goes is not guessed", async () => {
    const { code, err } = await run("report", "one/archive.json.gz");
    expect([code, err]).toEqual([1, "ltt: ltt report: say with --out in which folder the report goes\n"]);
  });
});
