import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { encodeTokens } from "./batches.ts";
import { corpusOf } from "./corpus.ts";
import { type OwnTextsOptions, readOwnTexts } from "./own-texts.ts";
import { examplesOfSeveral, severalLabelsOf } from "./several-labels.ts";
import { splitCorpus } from "./split.ts";
import { createTokeniser } from "./tokenise.ts";
import { buildVocabulary } from "./vocabulary.ts";

const folder = mkdtempSync(join(tmpdir(), "ltt-own-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Row = readonly [text: string, label: string];
function write(name: string, rows: readonly Row[]): string {
  const path = join(folder, name);
  writeFileSync(path, rows.map(([text, label]) => `${JSON.stringify({ text, label })}\n`).join(""));
  return path;
}
const columns = { text: "text", label: "label" };
const read = (rows: readonly Row[], options: Partial<OwnTextsOptions> = {}) =>
  readOwnTexts({ train: write("train.jsonl", rows) }, columns, { seed: 1, ...options });

const rows: readonly Row[] = Array.from({ length: 100 }, (_, i) => [
  i % 10 === 0 ? `The <b>same</b> ${i % 4} Film` : `film number ${i}, ${i % 7} stars`,
  i % 4 === 0 ? "pos" : "neg",
]);

test("parts, ids and vocabulary are those of splitCorpus, buildVocabulary and encodeTokens", async () => {
  const texts = await read(rows, { maxLength: 4 });
  const { encoded, vocabulary, repeatsInTest } = texts.encode({ vocabularySize: 30 });

  const classes = ["neg", "pos"];
  const train = rows.map(([text, label]) => ({ text, label: classes.indexOf(label) }));
  const split = splitCorpus(corpusOf({ name: "own", classes, train }), { seed: 1 });
  const tokenise = createTokeniser();
  const tokens = (part: "train" | "validation" | "test") => split[part].map(({ text }) => tokenise(text).slice(0, 4));
  const expected = buildVocabulary(tokens("train"), { maxSize: 30 });
  expect(texts.classes).toEqual(classes);
  expect(vocabulary.words).toEqual(expected.words);
  for (const part of ["train", "validation", "test"] as const) {
    const ids = tokens(part).map((words) => expected.encode(words));
    const labels = split[part].map(({ label }) => label);
    expect(encoded[part]).toEqual(encodeTokens(ids, labels));
  }
  expect(repeatsInTest).toBe(0);
  expect(texts.sizes).toEqual({ train: 56, validation: 24, test: 20 });
});

test("given parts are taken as they are, and repeats in them are counted", async () => {
  const files = {
    train: write("train.jsonl", rows),
    validation: write("validation.jsonl", [["new", "neg"]]),
    test: write("test.jsonl", [
      ["film NUMBER 1, 1 stars", "pos"],
      ["other", "neg"],
    ]),
  };
  const texts = await readOwnTexts(files, columns, { seed: 1 });
  expect(texts.sizes).toEqual({ train: 100, validation: 1, test: 2 });
  expect(texts.read).toBe(103);
  const { encoded, repeatsInTest } = texts.encode();
  expect(repeatsInTest).toBe(1);
  expect([...encoded.test.labels]).toEqual([1, 0]);
});

test("fewer texts are each class in proportion, the other parts 3/7 of them", async () => {
  const { encoded } = (await read(rows)).encode({ trainSize: 21 });
  const sizes = [encoded.train, encoded.validation, encoded.test].map(({ labels }) => labels.length);
  expect(sizes).toEqual([21, 9, 9]);
  expect(encoded.train.labels.filter((label) => label === 1)).toHaveLength(5);
});

test("classes are in rising order, numbers as numbers", async () => {
  const labelled = (names: readonly string[]) =>
    read(names.flatMap((name, i) => Array.from({ length: 6 }, (_, j): Row => [`text ${i} ${j}`, name])));
  expect((await labelled(["10", "9", "-1"])).classes).toEqual(["-1", "9", "10"]);
  expect((await labelled(["b", "10", "a b"])).classes).toEqual(["10", "a b", "b"]);
});

test("several labels a text are those of examplesOfSeveral and severalLabelsOf, parts too", async () => {
  const topics = (i: number) => ["grain", "oil", "gold"].filter((_, k) => i % (k + 2) === 0);
  const several = rows.map(([text], i) => ({ text, label: topics(i).toReversed().join(" ; ") }));
  const path = join(folder, "several.jsonl");
  writeFileSync(path, several.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const texts = await readOwnTexts({ train: path }, { text: "text", labels: "label" }, { seed: 1 });
  const classes = ["gold", "grain", "oil"];
  expect(texts.classes).toEqual(classes);
  const labelled = rows.map(([text], i) => ({ text, labels: topics(i).map((topic) => classes.indexOf(topic)) }));
  const split = splitCorpus(corpusOf({ name: "own", classes, train: examplesOfSeveral(labelled, 3) }), { seed: 1 });
  const { encoded } = texts.encode();
  for (const part of ["train", "validation", "test"] as const) {
    expect(encoded[part].several).toEqual(severalLabelsOf(split[part], 3));
    expect([...encoded[part].labels]).toEqual(split[part].map(({ label }) => label));
  }
});

test("10,000 classes are read, divided and encoded", async () => {
  const many = Array.from({ length: 30_000 }, (_, i): Row => [`text ${i}`, `class ${i % 10_000}`]);
  const texts = await read(many);
  expect(texts.classes).toHaveLength(10_000);
  expect(texts.sizes).toEqual({ train: 16_800, validation: 7200, test: 6000 });
  expect(texts.encode({ vocabularySize: 100 }).vocabulary.size).toBe(102);
});

describe("what cannot be trained on is refused in a line", () => {
  const some = rows.slice(0, 12);
  test.each<[readonly Row[], string]>([
    [
      [...some, ["odd", "poss"]],
      'train.jsonl:13: the label "poss" (did you mean "pos"?) stands once; a class needs two texts at least: add some, correct the label or delete the row',
    ],
    [
      [...some, ["odd", "x"], ["odder", "y"], ["oddest", "z"]],
      'train.jsonl:13: the label "x" stands once, as do 2 others;',
    ],
    [some.map(([text]): Row => [text, "pos"]), 'train.jsonl: the only label is "pos"; there must be two'],
    [
      some.map(([text], i): Row => [text, `${i}`]),
      "train.jsonl: every text has a label of its own; is this the column of the labels?",
    ],
    [[...some, ["<br />", "pos"]], "train.jsonl:13: no word is left of the text; delete the row"],
    [
      [
        ["a", "x"],
        ["a", "x"],
        ["b", "y"],
        ["b", "y"],
      ],
      "train.jsonl: 4 texts leave none for",
    ],
  ])("%#", async (given, message) => {
    await expect(read(given)).rejects.toThrow(join(folder, message));
  });

  test("a label that training lacks, and more texts than there are", async () => {
    const [train, test] = [
      write("train.jsonl", rows),
      write("test.jsonl", [
        ["a", "neg"],
        ["b", "psitive"],
      ]),
    ];
    await expect(readOwnTexts({ train, test }, columns, { seed: 1 })).rejects.toThrow(
      'test.jsonl:2: no text to train on has the label "psitive"',
    );
    const texts = await read(rows);
    expect(() => texts.encode({ trainSize: 57 })).toThrow(
      "train.jsonl: 57 texts to train on are asked for, there are 56; ask for fewer: --train-size 56",
    );
  });

  test("reading ends when it is told to", async () => {
    await expect(read(rows, { signal: AbortSignal.abort(new Error("stop")) })).rejects.toThrow("stop");
  });
});
