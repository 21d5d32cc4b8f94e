import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readAgNews } from "./ag-news.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltt-ag-news-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(train: string, test = '"1","t","d"\n') {
  const place = { train: join(folder, "train.csv"), test: join(folder, "test.csv") };
  await writeFile(place.train, train);
  await writeFile(place.test, test);
  return place;
}

test("the text is the description, after the title on request; classes 1 to 4 are labels 0 to 3", async () => {
  const place = await write('"3","A ""title""","One,\\two"\n"4","B","Three"\n');
  const corpus = await readAgNews(place);
  expect(corpus.classes).toEqual(["World", "Sports", "Business", "Sci/Tech"]);
  expect(corpus.train).toEqual([
    { text: "One,\\two", label: 2 },
    { text: "Three", label: 3 },
  ]);
  expect(corpus.test).toEqual([{ text: "d", label: 0 }]);
  const titled = await readAgNews(place, { title: true });
  expect(titled.train[0]!.text).toBe('A "title" One,\\two');
  expect(titled.digest).not.toBe(corpus.digest);
});

test.each([
  ['"1","a","b"\n"5","a","b"\n', ':2: the class is "5"; it must be 1, 2, 3 or 4: correct the row or delete it'],
  ['"Class Index","Title","Description"\n', ':1: the class is "Class Index"'],
  ['"1","a b"\n', ":1: a short row, 2 fields where 3 belong"],
  ["", ":1: the file is empty"],
])("%j is refused", async (text, expected) => {
  const place = await write(text);
  await expect(readAgNews(place)).rejects.toThrow(`${place.train}${expected}`);
});

test("a missing file is named", async () => {
  const place = { ...(await write('"1","a","b"')), test: join(folder, "none.csv") };
  await expect(readAgNews(place)).rejects.toThrow(`${place.test}: there is no such file`);
});
