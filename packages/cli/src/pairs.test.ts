import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prepare } from "./pairs.ts";

let data: string;
beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), "ltt-pairs-"));
});
afterAll(() => {
  rmSync(data, { recursive: true });
});

const write = (train: (i: number) => string, testRows: readonly string[]) => {
  const rows = Array.from({ length: 40 }, (_, i) => `${1 + (i % 4)},t,${train(i)}\n`);
  writeFileSync(join(data, "train.csv"), `Class Index,Title,Description\n${rows.join("")}`);
  writeFileSync(join(data, "test.csv"), testRows.map((text) => `1,t,${text}\n`).join(""));
};
const settings = (maxLength: number) => ({
  data: { vocabularySize: 1000, batchSize: 8, maxLength },
  model: { embedding: { vectors: "normal", frozen: false } as const },
});
const prepared = (maxLength = 3) => prepare("ag-news-cnn", settings(maxLength), { data });

test("the data set is told with its repeats, and its vocabulary is of the training texts as they are cut", async () => {
  write(
    (i) => `word${i} same film behind${i}`,
    ["WORD1 same <b>film</b> behind1", "another one", "word2 same film behind2"],
  );
  const { dataset } = await prepared();
  expect(dataset).toContain("43 texts read; 28 to train, 12 to validate, 3 to test");
  expect(dataset).toContain("2 of 3 test texts also stand in training or validation");
  expect(dataset).toContain("; 32 vocabulary rows;"); // of 28 words, "same", "film", <unk>, <pad>; none behind the cut
});

test("a run's name depends on what is learned from: cleaned, cut and numbered", async () => {
  write((i) => `word${i} film behind${i}`, ["one two three"]);
  const first = (await prepared(2)).task.data;
  write((i) => `word${i} film elsewhere${i}`, ["one two three"]);
  expect((await prepared(2)).task.data).toEqual(first); // what is cut off trains nothing
  expect((await prepared(3)).task.data).not.toEqual(first);
});

test("files of fewer texts than a profile takes say which option takes fewer", async () => {
  write((i) => `word${i}`, ["one"]);
  const { data: sizes, model } = settings(3);
  await expect(prepare("ag-news-cnn", { data: { ...sizes, trainSize: 1400 }, model }, { data })).rejects.toThrow(
    "ag-news: train: 1400 examples are asked for, there are 28; ask for fewer: --train-size 28",
  );
});
