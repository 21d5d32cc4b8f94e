import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gpu } from "../../gpu/test/adapter.ts";
import { type Asked, ltt as command } from "./command.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-cli-"));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const ltt = (args: readonly string[], watch?: Asked["watch"]) =>
  command(args, { cwd: root, ...(watch === undefined ? {} : { watch }) });

const small = ["run", "spam-cnn", "--profile", "quick", "--train-size", "20", "--max-length", "8", "--epochs", "1"];
const events = (out: string) =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("ltt run", { timeout: 240_000 }, () => {
  test("prints one JSON object a line, and leaves a report, metrics and nodes", async () => {
    const curve = { testAccuracyPercent: [95, 94] };
    const published = {
      source: "a paper",
      sparsityPercent: [0, 50],
      pairs: { "spam-cnn": { "rewind-epoch-1": curve } },
    };
    writeFileSync(join(root, "published.json"), JSON.stringify(published));
    const { code, out, err } = await ltt([
      ...[...small, "--rounds", "1", "--json", "--out", "one", "--published", "published.json"],
    ]);
    expect(err).not.toContain("ltt: ");
    expect(code).toBe(0);
    const lines = events(out);
    expect(lines.map(({ event, arm }) => arm ?? event)).toEqual([
      "dense",
      "winning-ticket",
      "random-reinit",
      "shuffled-init",
      "late-rewinding",
      "result",
    ]);
    const keys =
      "event,arm,seed,round,sparsity,groups,trainLoss,validationLoss,validationAccuracy,testAccuracy,earlyStopStep,censored,collapsed,firstStep,steps,seconds,node";
    for (const line of lines.slice(0, 5)) expect(Object.keys(line).join()).toBe(keys);
    expect(lines[5].folder).toBe(join(root, "one"));
    expect(readdirSync(join(root, "one")).sort()).toEqual([
      "archive.json.gz",
      "encodings",
      "events",
      "metrics.csv",
      "model-card.md",
      "nodes",
      "report.html",
      "run.json",
      "statistics.csv",
      "tensors.csv",
    ]);
    const report = readFileSync(join(root, "one", "report.html"), "utf8");
    expect(report).toMatch(/<svg.*published: rewind-epoch-1.*Layer by layer/s);
    expect(report).toContain("Published curves: a paper.");
    expect(readdirSync(join(root, "one", "nodes")).length).toBe(5 + 1); // networks, and the weights to rewind to
  });

  test.skipIf(gpu === undefined)("runs on the GPU, and says which", async () => {
    const args = [...small, "--rounds", "1", "--arms", "winning-ticket", "--backend", "gpu", "--json", "--out", "gpu"];
    const { code, out, err } = await ltt(args);
    expect(err).toMatch(/backend gpu on .+; run folder/);
    expect(err).toContain("audit: ");
    expect(code).toBe(0);
    expect(events(out).map(({ event, arm }) => arm ?? event)).toEqual(["dense", "winning-ticket", "result"]);
  });

  test("gives byte-identical weights and metrics the second time, elsewhere; and trains nothing the third time", async () => {
    const run = (folder: string) =>
      ltt([...small, "--rounds", "1", "--arms", "winning-ticket", "--json", "--out", folder]);
    const [first, second] = [await run("a"), await run("b")];
    const files = (folder: string) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => /\.(csv|jsonl|safetensors)$/.test(file))
        .sort();
    expect(files("a").length).toBe(3 + 2 * 4);
    expect(files("a")).toEqual(files("b"));
    for (const file of files("a")) {
      expect(readFileSync(join(root, "a", file)).equals(readFileSync(join(root, "b", file))), file).toBe(true);
    }
    const again = await run("a");
    expect(again.out).toBe(first.out);
    expect(again.err).not.toContain("step");
    const timeless = (out: string) => events(out).map(({ seconds, folder, report, ...rest }) => rest);
    expect(timeless(second.out)).toEqual(timeless(first.out));
  });

  test("keeps a frozen embedding whole, limits gradients, and names both in configuration and report", async () => {
    const { code, err } = await ltt([
      ...small,
      "--rounds",
      "1",
      "--freeze-embedding",
      "--clip-norm",
      "0.5",
      "--out",
      "frozen",
    ]);
    expect(err).toMatch(/^audit: 14 checks passed$/m);
    expect(code).toBe(0);
    for (const node of readdirSync(join(root, "frozen", "nodes"))) {
      const read = (file: string) => JSON.parse(readFileSync(join(root, "frozen", "nodes", node, file), "utf8"));
      const all = [read("config.json"), ...Object.values<{ op: string; params: object }>(read("lineage.json"))];
      const frozen = { architecture: { embedding: { vectors: "normal", frozen: true } } };
      expect(all.find(({ op }) => op === "init").params).toMatchObject(frozen);
      expect(all.find(({ op }) => op === "train").params).toMatchObject({ clipNorm: 0.5 });
    }
    const report = readFileSync(join(root, "frozen", "report.html"), "utf8");
    for (const said of ["N(0, 1), frozen", "clipped to a norm of 0.5", "neither trained nor pruned"])
      expect(report).toContain(said);
  });

  test("that is interrupted says how to go on, and goes on", async () => {
    const args = [...small, "--rounds", "2", "--arms", "winning-ticket", "--out", "stopped"];
    let asked = false;
    const { code, err } = await ltt(args, (said, kill) => {
      if (asked || !said.includes("winning-ticket, seed 1, round 1:")) return;
      asked = true;
      kill("SIGINT");
    });
    expect(err).toContain("ltt: interrupted: all that was done is kept; the same command goes on from there");
    expect(code).toBe(130);
    expect(readdirSync(join(root, "stopped", "nodes")).length).toBe(2);
    const resumed = await ltt(args);
    expect(resumed.code).toBe(0);
    expect(readdirSync(join(root, "stopped", "nodes")).length).toBe(3);
  });

  test("that is interrupted within a network stops at the next step and keeps it", async () => {
    const args = [...small, "--rounds", "0", "--epochs", "4000", "--out", "stopped-within"];
    let asked = false;
    const { code, err } = await ltt(args, (said, kill) => {
      if (asked || !said.includes("· step ")) return;
      asked = true;
      kill("SIGINT");
    });
    expect(err).toContain("ltt: interrupted: all that was done is kept; the same command goes on from there");
    expect(code).toBe(130);
    expect(readdirSync(join(root, "stopped-within", "nodes"))).toEqual([]);
    expect(readdirSync(join(root, "stopped-within", "unfinished")).length).toBe(1);
  });

  test("with --dry-run lists every node with its cost, says what it would take and leaves nothing", async () => {
    const { code, out } = await ltt([...small, "--rounds", "2", "--dry-run", "--out", "dry"]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /\n\n9 networks of \d+ parameters, 9 steps at most\na step, measured: [\d.]+ s dense, [\d.]+ s with 50\.0 % left, [\d.]+ s with 25\.0 % left; .*\n.* at most, validation not counted\nabout \d+ MB of memory\n$/,
    );
    const lines = out.split("\n\n")[0]!.split("\n");
    expect(lines[0]).toMatch(/^node +op +network +steps +time +in folder +rests on$/);
    expect(lines[1]).toMatch(/^[0-9a-f]{16} {2}init +dense, seed 1, round 0$/);
    expect(lines[2]).toMatch(/^[0-9a-f]{16} {2}train +dense, seed 1, round 0 +1 +≤ \d+ s +no +start [0-9a-f]{16}$/);
    expect(lines.filter((line) => / train /.test(line)).length).toBe(9);
    expect(readdirSync(root)).not.toContain("dry");
  });

  test("with --dry-run --json gives nodes as objects, and knows those in the folder", async () => {
    const args = [...small, "--rounds", "1", "--arms", "winning-ticket", "--out", "known"];
    expect((await ltt([...args, "--rounds", "0"])).code).toBe(0);
    const lines = events((await ltt([...args, "--dry-run", "--json"])).out);
    expect(lines.map(({ event }) => event)).toEqual([...lines.slice(1).map(() => "node"), "estimate"]);
    const trained = lines.filter(({ op }) => op === "train");
    expect(trained.map(({ arm, round, stored, stepsAtMost }) => [arm, round, stored, stepsAtMost])).toEqual([
      ["dense", 0, true, 1],
      ["winning-ticket", 1, false, 1],
    ]);
    for (const { secondsAtMost } of trained) expect(secondsAtMost).toBeGreaterThan(0);
    expect(Object.keys(lines[0])).toEqual([
      "event",
      "hash",
      "op",
      "arm",
      "seed",
      "round",
      "inputs",
      "stored",
      "stepsAtMost",
      "secondsAtMost",
    ]);
    const { out } = await ltt([...args, "--dry-run", "--seeds", "1,2", "--jobs", "2"]);
    expect(out).toMatch(/\nby 2 jobs \d+ s at most, if they do not slow each other down\n/);
    expect(out).toMatch(/\n1 of 4 networks is in the run folder: \d+ s at most for the others\n/);
  });
});

describe("what is wrong is one line, with an exit code, and nothing half-written", { timeout: 240_000 }, () => {
  const good = `"3","Title","Some words of a description"\n`;
  const agNews = (name: string, train: string, test = good.repeat(9)) => {
    const folder = join(root, name, "ag-news");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "train.csv"), train);
    writeFileSync(join(folder, "test.csv"), test);
    return join(root, name);
  };
  const onlyLine = (err: string) => {
    const lines = err
      .trim()
      .split("\n")
      .filter((line) => !/^(backend |spam-assassin, \d+ texts read)/.test(line));
    expect(lines.length, err).toBe(1);
    expect(err).not.toMatch(/\n\s+at /);
    return lines[0]!;
  };

  test.each([
    ["a short row", () => agNews("short", `${good}"1","only a title"\n`), /ag-news\/train\.csv:2: .*(2|two)/],
    [
      "an unclosed quote",
      () => agNews("open", `${good}${good}"2","Title","never closed\n`),
      /ag-news\/train\.csv:3: .*quote/,
    ],
    ["a bad label", () => agNews("label", `${good}"5","Title","Text"\n`), /ag-news\/train\.csv:2: .*5/],
    ["an empty file", () => agNews("empty", ""), /ag-news\/train\.csv:1: the file is empty; get it again/],
    ["a missing folder", () => join(root, "nowhere"), /nowhere/],
  ])("%s", async (_, make, message) => {
    const { code, out, err } = await ltt(["run", "ag-news-cnn", "--data", make(), "--out", "bad"]);
    expect(onlyLine(err)).toMatch(message);
    expect([code, out]).toEqual([1, ""]);
    expect(readdirSync(root)).not.toContain("bad");
  });

  test.each([
    [
      "a pair that is none",
      ["run", "imdb-gru"],
      /pair.*Allowed choices are imdb-cnn, imdb-lstm, ag-news-cnn, ag-news-lstm, spam-cnn/,
    ],
    ["negative rounds", ["run", "spam-cnn", "--rounds", "-1"], /--rounds.*-1.*It is an integer from 0/],
    ["rounds that are no number", ["run", "spam-cnn", "--rounds", "2.5"], /--rounds.*It is an integer from 0/],
    [
      "an arm that is none",
      ["run", "spam-cnn", "--arms", "magic"],
      /--arms: there is no "magic"; arms are all, or some of winning-ticket, /,
    ],
    ["a seed twice", ["run", "spam-cnn", "--seeds", "1,1"], /Seeds must be distinct/],
    ["seed and seeds", ["run", "spam-cnn", "--seed", "1", "--seeds", "1,2"], /cannot be used with option/],
    ["a backend that is none", ["run", "spam-cnn", "--backend", "abacus"], /--backend.*Allowed choices/],
    ["threads for the GPU", ["run", "spam-cnn", "--backend", "gpu", "--threads", "2"], /"gpu" is driven by one thread/],
    ["a limit that is none", ["run", "spam-cnn", "--clip-norm", "0"], /--clip-norm.*It is a number above 0/],
    ["hidden units of a CNN", ["run", "spam-cnn", "--hidden", "8"], /hidden is 8, but spam-cnn is a CNN/],
    ["gates of a CNN", ["run", "spam-cnn", "--recompute"], /recompute is true, but spam-cnn has no LSTM/],
    ["gates of images", ["run", "mnist-lenet", "--recompute"], /recompute is true, but mnist-lenet has no LSTM/],
    [
      "vectors that are none",
      ["run", "spam-cnn", "--embedding", "elmo"],
      /--embedding.*choices are normal, uniform, glove/,
    ],
    [
      "curves that are not there",
      ["run", "spam-cnn", "--published", "nowhere.json"],
      /^ltt: --published nowhere\.json: there is no such file\n$/,
    ],
    [
      "a data set that is none",
      ["data", "get", "mnits"],
      /there is no "mnits"; there are imdb, ag-news, reuters, glove/,
    ],
  ])("%s", async (_, args, message) => {
    const { code, out, err } = await ltt(args);
    expect(err).toMatch(message);
    expect(err.trim().split("\n").length).toBeLessThanOrEqual(2); // the error, and where help is
    expect([code, out]).toEqual([1, ""]);
  });

  test("more texts than there are", async () => {
    const { code, err } = await ltt(["run", "spam-cnn", "--train-size", "100000", "--out", "many"]);
    expect(onlyLine(err)).toMatch(/100000 examples are asked for, there are \d+; ask for fewer/);
    expect(code).toBe(1);
  });

  test("a run folder that cannot be written", async () => {
    writeFileSync(join(root, "a-file"), "");
    for (const out of [join("a-file", "run"), "/proc/run"]) {
      const { code, err } = await ltt([...small, "--out", out]);
      expect(onlyLine(err)).toMatch(/choose another( folder)? with --out/);
      expect(code).toBe(1);
    }
  });

  test("a full disk, and --verbose says where", async ({ skip }) => {
    const disk = join(root, "disk");
    mkdirSync(disk);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], { stdio: "ignore" });
    } catch {
      console.warn("SKIPPED: full disk: mounting a small tmpfs needs root");
      return skip();
    }
    try {
      const { code, err } = await ltt([...small, "--rounds", "0", "--out", join(disk, "run")]);
      expect(err).toContain("the disk is full: make room and run the same command again; finished networks are kept");
      expect(err).not.toMatch(/\n\s+at /);
      expect(code).toBe(1);
      expect(readdirSync(join(disk, "run", "nodes"))).toEqual([]);
      const verbose = await ltt([...small, "--rounds", "0", "--out", join(disk, "run"), "--verbose"]);
      expect(verbose.err).toMatch(/\n\s+at /);
    } finally {
      execFileSync("umount", [disk]);
    }
  });
});

test("ltt --version is the package's", { timeout: 60_000 }, async () => {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  expect(await ltt(["--version"])).toEqual({ code: 0, out: `${manifest.version}\n`, err: "" });
});

test("ltt data list says what is there", { timeout: 60_000 }, async () => {
  const { code, out } = await ltt(["data", "list"]);
  expect(code).toBe(0);
  expect(out).toMatch(/^imdb\tmissing\t/m);
  expect(out).toMatch(/^ag-news\tmissing\t/m);
  expect(out).toMatch(/^glove\tmissing\t/m);
  const folder = join(root, "listed", "imdb");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "IMDB Dataset.csv"), "review,sentiment\n");
  const listed = await ltt(["data", "list", "--data", join(root, "listed")]);
  expect(listed.out).toContain(`imdb\tother form\t0.0 MB\t${join(folder, "IMDB Dataset.csv")}\n`);
});
