import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeSafetensors } from "@ltt/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bash, ltt } from "./command.ts";

let root: string;
let network: string;
const words = ["good", "fine", "bad", "dull", "film", "plot", "the", "a"];
const textOf = (i: number) => Array.from({ length: 3 + (i % 5) }, (_, j) => words[(i * 7 + j * 3) % 8]).join(" ");
const textsFrom = (from: number, count: number) => Array.from({ length: count }, (_, i) => textOf(from + i));
const csv = (texts: readonly string[]) =>
  ["text,label", ...texts.map((text, i) => `"${text}",${i % 2 === 0 ? "yes" : "no"}`)].join("\n");

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "ltt-predict-"));
  writeFileSync(join(root, "train.csv"), csv(textsFrom(0, 60)));
  writeFileSync(join(root, "test.csv"), csv(textsFrom(60, 14)));
  const { code, err } = await ltt(
    [
      ...["run", "--texts", "train.csv", "--text", "text", "--label", "label", "--model", "cnn", "--test", "test.csv"],
      ...["--profile", "quick", "--rounds", "1", "--epochs", "1", "--arms", "winning-ticket", "--out", "run"],
    ],
    { cwd: root },
  );
  expect([code, err]).toEqual([0, expect.any(String)]);
  const [header, , ticket] = readFileSync(join(root, "run", "metrics.csv"), "utf8")
    .trim()
    .split(/\r?\n/);
  network = join("run", "nodes", ticket!.split(",")[header!.split(",").indexOf("node")]!);
}, 120_000);
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe("ltt predict", { timeout: 60_000 }, () => {
  test("says what the network said when it was trained", async () => {
    const texts = textsFrom(60, 14);
    writeFileSync(join(root, "lines.txt"), `${texts.join("\n")}\n`);
    const { code, out, err } = await ltt(["predict", network, "--file", "lines.txt", "--json"], { cwd: root });
    expect([code, err]).toEqual([0, ""]);
    const answers = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(answers.map(({ text }) => text)).toEqual(texts);
    const file = join(root, network, "predictions.safetensors");
    const logits = decodeSafetensors(readFileSync(file), file).tensors.get("test/logits") as { data: Float32Array };
    const [first] = readdirSync(join(root, "run", "encodings"));
    const { classes } = JSON.parse(readFileSync(join(root, "run", "encodings", first!), "utf8"));
    const then = Array.from(logits.data, (logit) => 1 / (1 + Math.exp(-logit))).sort();
    const now = answers.map(({ probabilities }) => probabilities[classes[1]]).sort();
    expect(now).toHaveLength(14);
    for (const [i, probability] of now.entries()) expect(probability).toBeCloseTo(then[i]!, 5);
    for (const { labels, probabilities } of answers)
      expect(probabilities[labels[0]]).toBe(Math.max(...(Object.values(probabilities) as number[])));
  });

  test("answers texts one by one, with the answer first", async () => {
    const { code, out } = await ltt(["predict", network, "a good film", "", "words unseen"], { cwd: root });
    expect(code).toBe(0);
    expect(out).toMatch(/^0\.\d{3} (yes|no)\ta good film\n0\.\d{3} (yes|no)\t\n0\.\d{3} (yes|no)\twords unseen\n$/);
  });

  test("asks an exported network, of JSON lines too, which come back with what they brought", async () => {
    const exported = await ltt(["export", network, "--to", "safetensors", "--out", "ticket"], { cwd: root });
    expect([exported.code, exported.err]).toEqual([0, ""]);
    const lines = ['{"id":7,"text":"a good film"}', "", '{"text":"dull plot","id":[8]}'];
    writeFileSync(join(root, "asked.jsonl"), `${lines.join("\n")}\n`);
    const ask = (of: string, ...how: string[]) => ltt(["predict", of, ...how, "--json"], { cwd: root });
    const [before, after] = [await ask(network, "--file", "asked.jsonl"), await ask("ticket", "--file", "asked.jsonl")];
    expect([after.code, after.err]).toEqual([0, ""]);
    expect(after.out).toBe(before.out);
    const answers = after.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)); // prettier-ignore
    expect(answers.map(({ id, text }) => [id, text])).toEqual([
      [7, "a good film"],
      [[8], "dull plot"],
    ]);
    const piped = await bash(
      `printf '{"text":"a good film","id":7}\\n' | ltt predict ticket --file - --lines json --json`,
      {
        cwd: root,
      },
    );
    expect(piped.out).toBe(`${after.out.split("\n")[0]}\n`);
  });

  test("names the line that is no question", async () => {
    writeFileSync(join(root, "wrong.jsonl"), '{"text":"a"}\n{"txt":"b"}\n');
    const { code, err } = await ltt(["predict", network, "--file", "wrong.jsonl"], { cwd: root });
    expect([code, err]).toEqual([
      1,
      'ltt: wrong.jsonl:2: an object with "text", a string, or "pixels", an array of numbers, is expected: {"txt":"b"}\n',
    ]);
    writeFileSync(join(root, "image.jsonl"), '{"text":"a"}\n{"pixels":[0]}\n');
    expect((await ltt(["predict", network, "--file", "image.jsonl"], { cwd: root })).err).toBe(
      "ltt: image.jsonl: question 2 is an image; this network takes texts\n",
    );
  });

  test.each([
    ["no texts", [], /give texts or images after the network, or a file of them with --file/],
    ["texts and a file", ["a text", "--file", "lines.txt"], /give texts or images after the network, or a file/],
    ["a file that is not there", ["--file", "none.txt"], /^ltt: none\.txt: there is no such file\n$/],
  ])("refuses %s", async (_, args, message) => {
    const { code, err } = await ltt(["predict", network, ...args], { cwd: root });
    expect(code).toBe(1);
    expect(err).toMatch(message);
    expect(err.trim().split("\n")).toHaveLength(1);
  });

  test("refuses what is no network, and makes no folder", async () => {
    const { code, err } = await ltt(["predict", "elsewhere/nodes/abc", "a text"], { cwd: root });
    expect(code).toBe(1);
    expect(err).toMatch(/elsewhere\/nodes\/abc: is no trained network: name its folder, RUN\/nodes\/HASH/);
    expect(readdirSync(root)).not.toContain("elsewhere");
  });
});
