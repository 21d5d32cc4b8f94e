import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ltt } from "./command.ts";
import { greyPng } from "./grey-png.ts";

let root: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "ltt-transfer-"));
  // Sentences of two words that tell the class, one of each set's own and one of both: 100 of each class.
  const lines = (own: string, both: string) =>
    Array.from({ length: 100 }, (_, i) => `${own} ${both} ${own}${i % 10} word${i}\n`).join("");
  const put = (path: string, content: string) => {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  put("data/mr/rt-polarity.neg", lines("boring", "low"));
  put("data/mr/rt-polarity.pos", lines("gripping", "high"));
  put("data/subj/quote.tok.gt9.5000", lines("opinion", "low"));
  put("data/subj/plot.tok.gt9.5000", lines("plot", "high"));
  await run("mr-cnn", "--out", "old", "--arms", "winning-ticket,late-rewinding", "--rewind", "step:1");
}, 120_000);
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const options = "--profile quick --data data --train-size 60 --max-length 8 --epochs 1 --rounds 2 --seed 1".split(" ");
const run = (pair: string, ...more: string[]) => ltt(["run", pair, ...options, ...more], { cwd: root });
const arms = (folder: string) =>
  readFileSync(join(root, folder, "metrics.csv"), "utf8")
    .trim()
    .split("\r\n")
    .slice(1)
    .map((row) => {
      const [arm, , round] = row.split(",");
      return `${arm} ${round}`;
    });
const TRANSFER = ["transferred-ticket", "transferred-mask", "transferred-random"];

describe("tickets of images", { timeout: 180_000 }, () => {
  const SIDE = 16;
  /** Images of a class are as bright as its number says, but for noise. */
  const putImages = (folder: string, classes: readonly string[], count: number) => {
    for (const [light, name] of classes.entries()) {
      mkdirSync(join(root, folder, name), { recursive: true });
      for (let i = 0; i < count; i++) {
        const pixels = Uint8Array.from({ length: SIDE * SIDE }, (_, at) => 60 * light + ((at * (i + 7)) % 31));
        writeFileSync(join(root, folder, name, `${i}.png`), greyPng(pixels));
      }
    }
  };
  const how = "--profile quick --batch-size 8 --steps 6 --validate-every 3 --rounds 2 --seed 1 --arms winning-ticket";
  const go = (images: string, model: string, more: string) =>
    ltt(`run --images ${images} --model ${model} ${how} ${more}`.split(" "), { cwd: root });
  beforeAll(() => {
    putImages("shapes", ["dark", "light"], 20);
    putImages("leaves", ["ash", "birch", "oak"], 20);
  });

  test.each([
    ["lenet-5", ""],
    ["resnet-20", "--schedule none --warm-up none "],
  ])("of %s are trained on images of other classes, with buffers of a new network", async (model, rates) => {
    const old = await go("shapes", model, `${rates}--train-size 22 --out old-${model}`);
    expect([old.code, old.err]).toEqual([0, expect.not.stringContaining("audit FAILED")]);
    const moved = await go("leaves", model, `${rates}--train-size 32 --ticket old-${model} --out new-${model}`);
    expect([moved.code, moved.err]).toEqual([0, expect.not.stringContaining("audit FAILED")]);
    const round = (n: number) => ["winning-ticket", ...TRANSFER].map((arm) => `${arm} ${n}`);
    expect(arms(`new-${model}`)).toEqual(["dense 0", ...round(1), ...round(2)]);
    expect(moved.out).toMatch(
      /Tickets of own images \(winning-ticket\) are trained here: .*places\. Of as many classes/,
    );
    expect(moved.out).not.toContain("vocabulary");
    const audit = await ltt(["audit", `new-${model}`], { cwd: root });
    expect(audit.out).toContain("passed  Transferred tickets have the mask and the values of the other run's");
    if (model === "resnet-20") expect(audit.out).toContain("passed  Buffers start from the same moment as the weights");
  });

  test("are not of texts, nor of another network", async () => {
    expect((await go("leaves", "lenet-5", "--train-size 32 --ticket old --out wrong")).err).toMatch(
      /^ltt: --ticket: the networks of .*old are of texts, this run's of images$/m,
    );
    expect((await run("subj-cnn", "--ticket", "old-lenet-5", "--out", "wrong")).err).toMatch(
      /^ltt: --ticket: the networks of .*old-lenet-5 are of images, this run's of texts$/m,
    );
    expect((await go("leaves", "conv-2", "--train-size 32 --ticket old-lenet-5 --out wrong")).err).toMatch(
      /^ltt: transferTicket: "convs\.0\.weight" is .* in the ticket and .* in the new network; only rows may differ$/m,
    );
  });
});

describe("ltt run --ticket", { timeout: 120_000 }, () => {
  test("trains the tickets of another run beside its own, says which words both have, and audits them", async () => {
    const { code, out, err } = await run("subj-cnn", "--ticket", "old", "--out", "new");
    expect([code, err.includes("audit FAILED")]).toEqual([0, false]);
    const round = (n: number) => ["winning-ticket", ...TRANSFER].map((arm) => `${arm} ${n}`);
    expect(arms("new")).toEqual(["dense 0", ...round(1), ...round(2)]);
    expect(out).toMatch(/\d+ of \d+ vocabulary rows are words of mr too; the others keep weights at random places/);
    expect(out).toMatch(/transferred-ticket − dense, points of test accuracy, 95 % for all rounds together \(seed 1, /);

    const audit = await ltt(["audit", "new"], { cwd: root });
    expect(audit.out).toContain("passed  Transferred tickets have the mask and the values of the other run's");
    const again = await ltt(["report", "new"], { cwd: root });
    expect(again.out).toContain("transferred-ticket − winning-ticket");

    const resumed = await run("subj-cnn", "--ticket", "old", "--out", "new", "--json");
    const events = resumed.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.at(-1)).toMatchObject({ event: "result", networks: 9 });
    const node = events.find(({ arm }) => arm === "transferred-random").node;
    const replayed = await ltt(["replay", "subj-cnn", node, ...options, "--ticket", "old", "--out", "new"], {
      cwd: root,
    });
    expect([replayed.code, replayed.err]).toEqual([0, expect.not.stringContaining("differ")]);
  });

  test("of some rounds, of early weights; a dry run tells the nodes and writes nothing", async () => {
    const early = ["--ticket", "old", "--ticket-arm", "late-rewinding", "--ticket-rounds", "2"];
    const dry = await run("subj-cnn", ...early, "--out", "early", "--dry-run");
    expect(dry.out).toMatch(/given +transferred-ticket, seed 1, round 2 +no/);
    expect(readdirSync(root)).not.toContain("early");
    await run("subj-cnn", ...early, "--out", "early");
    expect(arms("early")).toEqual([
      "dense 0",
      "winning-ticket 1",
      ...["winning-ticket", ...TRANSFER].map((arm) => `${arm} 2`),
    ]);
  });

  test.each([
    [["--ticket", "nowhere"], "nowhere: there is no such folder; --ticket names the folder of another run"],
    [["--ticket", "old", "--ticket-rounds", "3"], "--ticket-rounds: 3 is asked for, but this run has 2: give --rounds"],
    [
      ["--ticket", "old", "--seeds", "1,2"],
      "old: has no network of winning-ticket, seed 2, round 1: finish that run first",
    ],
    [["--ticket", "old", "--rate", "0.2"], "0.5 of what was left went each round, here 0.2: give --rate 0.5"],
    [["--ticket-rounds", "1"], "ticketArm and ticketRounds are of the run that ticket names: give it too"],
    [["--ticket", "old", "--ticket-rounds", "1,1"], "Rounds must be distinct."],
  ])("what is missing or does not fit is one line: %j", async (more, message) => {
    const told = more.includes("--seeds") ? options.filter((_, i) => i < options.length - 2) : options;
    const { code, err } = await ltt(["run", "subj-cnn", ...told, ...more, "--out", "wrong"], { cwd: root });
    expect(code).toBe(1);
    expect(err).toContain(message);
  });
});
