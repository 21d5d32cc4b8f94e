import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ltt } from "./command.ts";

let root: string;
const run = (args: string) => ltt(args.split(" "), { cwd: root });
const quick = "--profile quick --max-length 8 --epochs 2 --rounds 1 --arms winning-ticket";
const columns = "--text review --label opinion";
const words = { fine: "good lovely fine sweet".split(" "), poor: "bad dull poor sour".split(" ") };
const rows = Array.from({ length: 60 }, (_, i) => {
  const opinion = i % 3 === 0 ? "poor" : "fine";
  return { review: `a ${words[opinion][i % 4]} film, “number” ${i}`, opinion };
});
const csv = `opinion,review\n${rows.map(({ review, opinion }) => `${opinion},"${review}"\n`).join("")}`;
const nodesOf = (folder: string) => readdirSync(join(root, folder, "nodes")).sort();

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "ltt-own-data-"));
  writeFileSync(join(root, "reviews.csv"), csv);
  const { code, err } = await run(`run --texts reviews.csv ${columns} ${quick}`);
  expect([code, err]).toEqual([
    0,
    expect.stringContaining(
      "reviews.csv, 60 texts read; 34 to train, 14 to validate, 12 to test; classes fine, poor; ",
    ),
  ]);
}, 60_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const folder = "runs/reviews-cnn-quick";
const node = () =>
  readFileSync(join(root, folder, "metrics.csv"), "utf8")
    .trim()
    .split("\r\n")
    .at(-1)!
    .split(",")
    .at(-1)!;

describe("a run of texts of one's own", { timeout: 120_000 }, () => {
  test("is found by status, report and audit, which need no data, and its report says whose texts they were", async () => {
    expect((await run(`status ${folder}`)).out).toContain(
      `${folder}: reviews-cnn, profile quick: 2 of 2 networks done`,
    );
    expect((await run(`audit ${folder}`)).out).toContain("all passed");
    expect((await run(`report ${folder} --title Mine`)).out).toContain("report: ");
    expect(readFileSync(join(root, folder, "report.html"), "utf8")).toContain("<title>Mine");
    const { runs } = JSON.parse(readFileSync(join(root, folder, "run.json"), "utf8"));
    expect(runs[0]).toMatchObject({
      pair: "reviews-cnn",
      options: { texts: join(root, "reviews.csv"), text: "review", label: "opinion", epochs: 2 },
      files: [
        {
          option: "texts",
          path: join(root, "reviews.csv"),
          bytes: Buffer.byteLength(csv),
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ],
    });
  });

  test("trains nothing twice, also from another form of the same texts, and is replayed from a file that was moved", async () => {
    writeFileSync(join(root, "texts.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const before = nodesOf(folder);
    const again = await run(`run --texts texts.jsonl ${columns} ${quick} --out ${folder}`);
    expect([again.code, nodesOf(folder)]).toEqual([0, before]);
    expect(again.err).not.toContain("step");

    const replayed = await run(`replay ${node()} --out ${folder}`);
    expect(replayed.out).toBe(`${node()}: 6 of 6 files have the same bytes\n`);
    renameSync(join(root, "texts.jsonl"), join(root, "moved.jsonl"));
    const gone = await run(`replay ${node()} --out ${folder}`);
    expect(gone.err).toMatch(
      /texts\.jsonl: there is no such file; the run in .*reviews-cnn-quick read it \(\d+ bytes, SHA-256 \w{16}…\): if it was moved, name it with --texts\n$/,
    );
    const moved = await run(`replay ${node()} --out ${folder} --texts moved.jsonl`);
    expect(moved.out).toBe(`${node()}: 6 of 6 files have the same bytes\n`);
  });

  test("has the same networks, by name and by bytes, where gates are computed again", async () => {
    const command = `run --texts reviews.csv ${columns} --model lstm --hidden 4 ${quick}`;
    const [kept, again] = [await run(`${command} --out kept`), await run(`${command} --recompute --out again`)];
    expect([kept.code, again.code]).toEqual([0, 0]);
    expect(nodesOf("again")).toEqual(nodesOf("kept"));
    for (const node of nodesOf("kept")) {
      const weights = (folder: string) => {
        const files = readdirSync(join(root, folder, "nodes", node)).filter((file) => file.endsWith(".safetensors"));
        return files.map((file) => [file, readFileSync(join(root, folder, "nodes", node, file), "hex")]);
      };
      expect(weights("again")).toEqual(weights("kept"));
    }
    expect((await run(`${command} --recompute --out kept`)).err).not.toContain("step");
  });

  test("does not go on with a file that has changed", async () => {
    writeFileSync(join(root, "changing.csv"), csv);
    const command = `run --texts changing.csv ${columns} ${quick} --out changing --dry-run`;
    await run(command.replace(" --dry-run", ""));
    writeFileSync(join(root, "changing.csv"), `${csv}fine,another one\n`);
    const { code, err } = await run(command);
    expect(err).toMatch(
      /^ltt: changing\.csv: has changed since the run in .*changing read it: SHA-256 \w{16}… then, \w{16}… now; put it back, or choose another folder with --out\n$/,
    );
    expect(code).toBe(1);
  });

  test("takes given parts, and several processes, and tells beforehand what it would do", async () => {
    const part = (name: string, from: number, to: number) =>
      writeFileSync(
        join(root, name),
        rows
          .slice(from, to)
          .map(({ review, opinion }) => `${review}\t${opinion}\n`)
          .join("")
          .replace(/^/, "review\topinion\n"),
      );
    part("train.tsv", 0, 40);
    part("dev.tsv", 40, 50);
    part("test.tsv", 49, 60);
    const command = `run --texts train.tsv --validation dev.tsv --test test.tsv ${columns} --model lstm --hidden 4 ${quick}`;
    const { out, err } = await run(`${command} --dry-run`);
    const said =
      "train.tsv, dev.tsv, test.tsv, 61 texts read; 40 to train, 10 to validate, 11 to test; classes fine, poor;";
    expect(err).toContain(said);
    expect(err).toContain("1 of 11 test texts also stand in training or validation");
    expect(out).toContain("2 networks of");
    expect((await run(`${command} --jobs 2 --threads 1`)).code).toBe(0);
    expect(nodesOf("runs/train-lstm-quick")).toHaveLength(2);
  });

  test("may have several labels a text", async () => {
    const topics = (i: number) => ["grain", "oil"].filter((_, k) => i % (k + 2) === 0).join("|");
    writeFileSync(
      join(root, "news.tsv"),
      `review\ttopics\n${rows.map(({ review }, i) => `${review}\t${topics(i)}\n`).join("")}`,
    );
    const { code, err } = await run(`run --texts news.tsv --text review --labels topics --separator | ${quick}`);
    expect(err).toContain(
      "news.tsv, 60 texts read; 34 to train, 14 to validate, 12 to test; classes grain, oil; several a text, ",
    );
    expect(code).toBe(0);
    const { runs } = JSON.parse(readFileSync(join(root, "runs/news-cnn-quick/run.json"), "utf8"));
    const replayed = await run(`replay ${runs[0].networks[0].node} --out runs/news-cnn-quick`);
    expect(replayed.out).toContain("6 of 6 files have the same bytes\n");
  });

  test.each([
    [
      "run",
      /^ltt: name a pair \(imdb-cnn, .*\), or a file of texts of your own with --texts, or a folder of images with --images\n$/,
    ],
    [
      "run spam-cnn --texts reviews.csv --text a --label b",
      /^ltt: spam-cnn and --texts reviews\.csv are both named; name one of them\n$/,
    ],
    ["run spam-cnn --label b", /^ltt: --label is of texts of your own: name their file with --texts\n$/],
    [
      "run --texts reviews.csv --label b",
      /^ltt: --texts reviews\.csv: name the columns of the texts and of their labels with --text and --label \(or --labels, where a text may have several\)\n$/,
    ],
    [
      `run --texts reviews.csv ${columns} --profile published-2020`,
      /^ltt: --profile published-2020 re-enacts a published experiment; for texts of your own: quick or corrected\n$/,
    ],
    [`run --texts reviews.csv ${columns} --labels opinion`, /^ltt: --label and --labels are both given/],
    [`run --texts reviews.csv ${columns} --separator ;`, /^ltt: --separator is of --labels\n$/],
    [`run --texts reviews.csv ${columns} --fold 2`, /^ltt: --fold is of pairs; /],
    [
      `run --texts reviews.csv ${columns} --train-size 35`,
      /\nltt: reviews\.csv: 35 texts to train on are asked for, there are 34; ask for fewer: --train-size 34\n$/,
    ],
    [
      "run --texts reviews.csv --text reviews --label opinion",
      /\nltt: reviews\.csv:1: there is no column "reviews"; did you mean "review"\? /,
    ],
    ["run --texts reviews.txt --text a --label b", /\nltt: reviews\.txt: the name does not end in \.csv/],
  ])("%s is refused in a line", async (command, message) => {
    const { code, out, err } = await run(`${command} --out refused`);
    expect(err).toMatch(message);
    expect([code, out]).toEqual([1, ""]);
    expect(readdirSync(root)).not.toContain("refused");
  });
});
