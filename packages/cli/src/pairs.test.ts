import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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

describe("sentences", () => {
  const lines = (word: string) => Array.from({ length: 100 }, (_, i) => `${word} film ${word}${i}\n`).join("");
  const kim = { ...settings(3), data: { ...settings(3).data, testFraction: 0.1, validationFraction: 0.1 } };
  const ofFold = (fold: number) => prepare("mr-cnn", { ...kim, data: { ...kim.data, fold } }, { data });

  test("MR has a test part of a tenth, a fold of ten, and is said to be a part where it is one", async () => {
    writeFileSync(join(data, "rt-polarity.neg"), lines("bad"));
    writeFileSync(join(data, "rt-polarity.pos"), lines("good"));
    const { dataset, notes, data: first } = await prepare("mr-cnn", kim, { data });
    expect(dataset).toContain("200 texts read; 162 to train, 18 to validate, 20 to test");
    expect(notes).toContain("The files hold 200 of the 10,662 sentences that mr has as published.");
    expect((await ofFold(1)).data).toEqual(first);
    const second = await ofFold(2);
    expect(second.dataset).toContain("; fold 2 is the test part; ");
    expect(second.task.data).not.toEqual((await ofFold(1)).task.data);
    await expect(ofFold(11)).rejects.toThrow("fold is 11, but a testFraction of 0.1 makes 10");
  });

  test("SST-2's parts are as published; whether phrases are trained on is said", async () => {
    for (const part of ["train", "dev", "test"])
      writeFileSync(join(data, `stsa.binary.${part}`), "0 bad\n1 good\n1 film\n");
    writeFileSync(join(data, "train.tsv"), "sentence\tlabel\ndull \t0\ngood film \t1\n");
    const sentences = await prepare("sst2-cnn", kim, { data });
    expect(sentences.dataset).toContain("sst2, 9 texts read; 3 to train, 3 to validate, 3 to test");
    expect(sentences.notes).toContain("Trained on sentences only; Kim (2014) trained on their phrases too.");
    const phrases = await prepare("sst2-cnn", { ...kim, data: { ...kim.data, phrases: true } }, { data });
    expect(phrases.dataset).toContain("sst2 with phrases, 8 texts read; 2 to train, 3 to validate, 3 to test");
    expect(phrases.notes).toContain("Trained on phrases, as Kim (2014) did; validated and tested on sentences.");
  });
});
