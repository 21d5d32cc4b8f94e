import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ltt } from "./command.ts";

let root: string;
let nodes: Map<string, string>;
const small = ["run", "spam-cnn", "--profile", "quick", "--train-size", "20", "--max-length", "8", "--epochs", "1"];
const arms = ["--arms", "winning-ticket", "--rounds", "2"];
const run = (args: readonly string[]) => ltt(args, { cwd: root });
const events = (out: string) =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "ltt-status-"));
  expect((await run([...small, ...arms, "--out", "whole"])).code).toBe(0);
  const networks = events((await run(["status", "whole", "--json"])).out).filter(({ event }) => event === "network");
  nodes = new Map(networks.map(({ arm, round, node }) => [`${arm} ${round}`, node]));
}, 120_000);
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe("ltt status", { timeout: 60_000 }, () => {
  test("of a finished run, without its data", async () => {
    const { code, out, err } = await run(["status", "whole"]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toBe(
      "whole: spam-cnn, profile quick: 3 of 3 networks done, all done\n" +
        "  dense, seed 1: round 0 done\n" +
        "  winning-ticket, seed 1: round 1–2 done\n",
    );
  });

  test("tells what is in the making, missing, failed, damaged, put aside", async () => {
    cpSync(join(root, "whole"), join(root, "part"), { recursive: true });
    const place = (name: string) => join(root, "part", name);
    for (const folder of ["unfinished", "failed", "quarantine", "conflicts"])
      mkdirSync(place(folder), { recursive: true });
    const [dense, first, second] = ["dense 0", "winning-ticket 1", "winning-ticket 2"].map((name) => nodes.get(name)!);
    renameSync(place(`nodes/${second}`), place(`quarantine/${second}-1`));
    renameSync(place(`nodes/${first}`), place(`unfinished/${first}-1`));
    cpSync(place(`nodes/${dense}`), place(`conflicts/${dense}-1`), { recursive: true });
    const said = (await run(["status", "part"])).out;
    expect(said).toMatch(
      /^part: spam-cnn, profile quick: 1 of 3 networks done, about \d+ s left, if the others take as long\n/,
    );
    expect(said).toContain("  winning-ticket, seed 1: round 1 in the making (step 1 of at most 1), 2 missing\n");
    expect(said).toContain(`  damaged, put aside: quarantine/${second}-1\n`);
    expect(said).toContain(`  made differently by two processes: conflicts/${dense}-1\n`);

    mkdirSync(place(`failed/${second}`));
    writeFileSync(place(`nodes/${dense}/receipt.json`), "{");
    const lines = events((await run(["status", "part", "--json"])).out);
    expect(lines.slice(0, -1).map(({ arm, round, state, step }) => [arm, round, state, step])).toEqual([
      ["dense", 0, "damaged", undefined],
      ["winning-ticket", 1, "in the making", 1],
      ["winning-ticket", 2, "failed", undefined],
    ]);
    expect(lines.at(-1)).toMatchObject({
      ...{ event: "status", folder: "part", pair: "spam-cnn", profile: "quick", networks: 3 },
      ...{ done: 0, inTheMaking: 1, missing: 0, failed: 1, damaged: 1, secondsLeft: null },
      ...{ quarantined: [`${second}-1`], conflicting: [`${dense}-1`] },
    });
  });

  test("the latest run comes first, and the same run stands there once", async () => {
    for (const rounds of ["0", "1", "0"]) {
      const { code } = await run([...small, "--arms", "winning-ticket", "--rounds", rounds, "--out", "twice"]);
      expect(code).toBe(0);
    }
    expect(JSON.parse(readFileSync(join(root, "twice", "run.json"), "utf8")).runs.length).toBe(2);
    expect((await run(["status", "twice"])).out).toBe(
      "twice: spam-cnn, profile quick: 1 of 1 network done, all done\n" +
        "  dense, seed 1: round 0 done\n" +
        "  earlier, with other settings or seeds: 2 of 2 networks done\n",
    );
  });

  test("a title and a margin train nothing", async () => {
    const before = readdirSync(join(root, "whole", "nodes"));
    const { err, code } = await run([...small, ...arms, "--out", "whole", "--title", "Another", "--margin", "3"]);
    expect(code).toBe(0);
    expect(err).not.toContain("step");
    expect(readdirSync(join(root, "whole", "nodes"))).toEqual(before);
  });

  test("without a folder tells of all in runs/; and says where there is none, or no plan", async () => {
    expect((await run(["status"])).err).toBe("ltt: runs: there are no run folders; name one\n");
    expect((await run(["status", "nowhere"])).err).toBe(
      "ltt: nowhere: there is no such folder; name a run folder, as ltt run --out does\n",
    );
    mkdirSync(join(root, "empty"));
    expect((await run(["status", "empty"])).err).toBe(
      "ltt: empty: no run has been here; name a run folder, as ltt run --out does\n",
    );
    for (const name of ["a", "b"]) cpSync(join(root, "whole"), join(root, "runs", name), { recursive: true });
    rmSync(join(root, "runs", "b", "run.json"));
    expect((await run(["status"])).out).toMatch(
      /^runs\/a: .*3 of 3 networks done.*\n.*\n.*\nruns\/b: 3 nodes; there is no run\.json, which the next run writes: what is missing is not known\n$/,
    );
    writeFileSync(join(root, "runs", "b", "run.json"), "[]");
    expect((await run(["status", "runs/b"])).err).toBe(
      "ltt: runs/b/run.json: is no plan of this version of ltt: the next run in the folder writes it anew\n",
    );
  });
});
