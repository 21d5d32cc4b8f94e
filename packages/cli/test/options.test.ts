import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { main } from "../src/index.ts";
import { ltt, type Outcome } from "./command.ts";

let root: string;
let cwd: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-options-"));
  cwd = join(root, "cwd");
  mkdirSync(cwd);
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const run = ["run", "spam-cnn"];

/** The command in this process, which is faster: for what is refused before anything is done. */
async function refused(args: readonly string[]): Promise<Outcome> {
  let [out, err] = ["", ""];
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += text;
    return true;
  });
  const stderr = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    err += text;
    return true;
  });
  const code = await main(args).finally(() => {
    stdout.mockRestore();
    stderr.mockRestore();
  });
  return { code, out, err };
}

describe("empty is not absent", { timeout: 60_000 }, () => {
  test.each(
    [
      "data",
      "out",
      "published",
      "profile",
      "rounds",
      "epochs",
      "train-size",
      "max-length",
      "hidden",
      "dropout",
      "arms",
      "seed",
      "seeds",
    ]
      .concat("learning-rate", "clip-norm", "embedding", "backend", "threads", "width", "rate", "rewind", "patience")
      .concat("jobs", "validations", "batch-size", "title", "margin")
      .map((name) => [`--${name}`]),
  )("%s without a value is refused by name", async (option) => {
    const [empty, blank] = [await refused([...run, option, ""]), await refused([...run, option, " "])];
    for (const { code, out, err } of [empty, blank]) {
      expect(err).toMatch(new RegExp(`^error: option '${option} <.*' argument ' ?' is invalid\\. `));
      expect(err.trim().split("\n").at(-1)).toBe("(ltt run --help lists the arguments and options)");
      expect([code, out]).toEqual([1, ""]);
    }
  });

  test.each(["get", "list", "verify"])("ltt data %s --data '' is refused", async (command) => {
    const { code, err } = await refused(["data", command, "--data", ""]);
    expect(err).toContain("option '--data <dir>' argument '' is invalid. It is empty; it is a path");
    expect(err).toContain(`(ltt data ${command} --help lists the arguments and options)`);
    expect(code).toBe(1);
  });

  test.each(["", " "])(
    "LTT_DATA=%j is as if it were not set: the cache is looked in, not the current folder",
    async (LTT_DATA) => {
      const cache = join(root, "cache");
      const env = { LTT_DATA, XDG_CACHE_HOME: cache };
      const { err } = await ltt(["run", "imdb-cnn", "--dry-run"], { cwd, env });
      expect(err).toContain(`none is in ${join(cache, "ltt", "imdb")} or ${join(cache, "ltt")}`);
      const { out } = await ltt(["data", "list"], { cwd, env });
      expect(out).toContain(join(cache, "ltt", "imdb"));
    },
  );

  test("LTT_DATA names the folder, and --data another", async () => {
    const env = { LTT_DATA: join(root, "named") };
    expect((await ltt(["run", "imdb-cnn"], { cwd, env })).err).toContain(join(root, "named", "imdb"));
    const typed = await ltt(["run", "imdb-cnn", "--data", join(root, "typed")], { cwd, env });
    expect(typed.err).toContain(join(root, "typed", "imdb"));
    expect(typed.err).not.toContain("named");
  });
});

describe("a wrong option", { timeout: 60_000 }, () => {
  test.each([
    ["0x10", "--rounds"],
    ["1e3", "--epochs"],
    ["NaN", "--seed"],
    ["abc", "--threads"],
    ["-1", "--train-size"],
    ["99999999999999999999", "--seed"],
    ["1,,2", "--seeds"],
    ["0x10", "--learning-rate"],
    ["Infinity", "--clip-norm"],
    ["1e999", "--learning-rate"],
  ])("%s for %s is no number", async (value, option) => {
    const { code, err } = await refused([...run, option, value]);
    expect(err).toMatch(
      new RegExp(`option '${option} <.*' argument '${value}' is invalid\\. It is an? (integer from|number above)`),
    );
    expect(code).toBe(1);
  });

  test.each([
    [["--round", "3"], /^error: unknown option '--round'\n\(Did you mean --rounds\?\)\n\(ltt run --help lists/],
    [["--freeze"], /unknown option '--freeze'/],
  ])("%j names the nearest", async (args, message) => {
    expect((await refused([...run, ...args])).err).toMatch(message);
  });

  test("points to the help of the command that was typed", async () => {
    expect((await refused(["rnu"])).err).toBe(
      "error: unknown command 'rnu'\n(Did you mean run?)\n(ltt --help lists the commands)\n",
    );
    expect((await refused(["data", "lits"])).err).toMatch(/\(ltt data --help lists the commands\)\n$/);
  });

  test("with --json is an event of one line too", async () => {
    const { code, out } = await refused([...run, "--round", "1", "--json"]);
    expect(JSON.parse(out)).toEqual({
      event: "error",
      message: "unknown option '--round' (Did you mean --rounds?)",
      exitCode: 1,
    });
    expect(out.trimEnd()).not.toContain("\n");
    expect(code).toBe(1);
  });
});

describe("what would fail at the end is refused at the start, in one line", { timeout: 60_000 }, () => {
  test.each([
    ["nowhere.json", /: there is no such file$/],
    [".", /: this is a folder; name a file in it$/],
    ["../bad.json", /: not JSON: .*$/],
  ])("--published %s", async (file, message) => {
    writeFileSync(join(root, "bad.json"), '{\n"source": "a paper",\n pairs: \n}');
    for (const more of [[], ["--dry-run"]]) {
      const { code, out, err } = await refused([...run, "--published", join(cwd, file), "--json", ...more]);
      expect(err.trimEnd().split("\n").length).toBe(1);
      expect(err.trimEnd()).toMatch(message);
      expect(err).toMatch(/^ltt: --published /);
      expect(JSON.parse(out)).toEqual({ event: "error", message: err.slice("ltt: ".length, -1), exitCode: 1 });
      expect(code).toBe(1);
    }
    expect(readdirSync(cwd)).toEqual([]);
  });

  test("--published with curves of other pairs", async () => {
    const file = join(root, "others.json");
    const curves = { "winning-ticket": { testAccuracyPercent: [90] } };
    const write = (pairs: object) =>
      writeFileSync(file, JSON.stringify({ source: "a paper", sparsityPercent: [0], pairs }));
    write({ "imdb-cnn": curves, "ag-news-cnn": curves });
    expect((await refused([...run, "--published", file, "--out", join(root, "curves")])).err).toBe(
      `ltt: --published ${file}: has no curves of spam-cnn, but of imdb-cnn, ag-news-cnn; name another file, or leave --published out\n`,
    );
    write({ "spam-cnn": {} });
    expect((await refused([...run, "--published", file, "--out", join(root, "curves")])).err).toBe(
      `ltt: --published ${file}: has no curves of spam-cnn, nor of any pair; name another file, or leave --published out\n`,
    );
  });

  test("a fold that a pair has not", async () => {
    expect((await refused([...run, "--fold", "6", "--out", join(root, "folds")])).err).toBe(
      "ltt: fold is 6, but spam-cnn has 5; choose one from 1 to 5\n",
    );
  });

  test.each(["model-card.md", "run.json", "metrics.csv", "tensors.csv", "report.html", "archive.json.gz"])(
    "a folder that is called %s",
    async (name) => {
      const folder = join(root, `with-${name}`);
      mkdirSync(join(folder, name), { recursive: true });
      const { code, err } = await refused([...run, "--out", folder]);
      expect(err).toBe(
        `ltt: ${join(folder, name)}: is a folder; a run writes a file there: move it away, or choose another folder with --out\n`,
      );
      expect(code).toBe(1);
    },
  );

  test.each(["nodes", "unfinished", "failed"])("a file that is called %s", async (name) => {
    const folder = join(root, `with-${name}`);
    mkdirSync(folder);
    writeFileSync(join(folder, name), "");
    const { code, err } = await refused([...run, "--out", folder]);
    expect(err).toBe(
      `ltt: ${join(folder, name)}: is a file; a run keeps a folder there: move it away, or choose another folder with --out\n`,
    );
    expect(code).toBe(1);
  });
});

describe("a path that is not there", { timeout: 60_000 }, () => {
  const advice = "name a run folder, as ltt run --out does";
  test.each([
    [["report"], "there is no such folder or archive; name a run folder, as ltt run --out does, or an archive"],
    [
      ["archive", "--out", "x.gz"],
      "there is no such folder or archive; name a run folder, as ltt run --out does, or an archive",
    ],
    [["audit"], `there is no such folder; ${advice}`],
    [["status"], `there is no such folder; ${advice}`],
    [["watch"], `there is no such folder; ${advice}; it is made when the data has been read`],
    [["diff"], "there is no such folder; name two networks, or a run's folder"],
    [["diff", "0123456789abcdef", "0123456789abcdef", "--out"], `there is no such folder; ${advice}`],
    [["replay", "0123456789abcdef", "--out"], `there is no such folder; ${advice}`],
    [["sweep"], "there is no such file"],
  ])("ltt %j", async ([command, ...more], message) => {
    const nowhere = join(root, "nowhere");
    const args = more.at(-1) === "--out" ? [...more, nowhere] : [nowhere, ...more];
    const { code, out, err } = await refused([command!, ...args]);
    expect(err).toBe(`ltt: ${nowhere}: ${message}\n`);
    expect([code, out]).toEqual([1, ""]);
    expect(existsSync(nowhere)).toBe(false);
  });

  test.each(["audit", "status", "watch"])("ltt %s of a file", async (command) => {
    const file = join(root, "a-file");
    writeFileSync(file, "");
    const { code, err } = await refused([command, file]);
    expect([code, err]).toEqual([1, expect.stringContaining(`${file}: this is a file; ${advice}`)]);
  });

  test("ltt sweep of a folder", async () => {
    expect((await refused(["sweep", root])).err).toBe(`ltt: ${root}: this is a folder; name a file in it\n`);
  });
});
