import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeZip } from "../test/make-zip.ts";
import { readGlove } from "./glove.ts";
import { Vocabulary } from "./vocabulary.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltt-glove-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function text(content: string) {
  const path = join(folder, "glove.txt");
  await writeFile(path, content);
  return { form: "text", path } as const;
}

const vocabulary = new Vocabulary(["The", "the", "cat", "missing"]);
const lines = "the 0.5 -1\n, 9 9\ncat 1e-2 2\ncat 7 7\n";

test("words of the vocabulary get their vectors, others zeros, and the coverage is told", async () => {
  const glove = await readGlove(await text(lines), vocabulary, { dimensions: 2 });
  expect([...glove.vectors]).toEqual([0, 0, 0, 0, 0, 0, 0.5, -1, Math.fround(0.01), 2, 0, 0]);
  expect([...glove.found]).toEqual([0, 0, 0, 1, 1, 0]);
  expect(glove.coverage).toBe(0.5);
});

test("capitals may take the vector of their small letters", async () => {
  const glove = await readGlove(await text(`${lines}missing 1 1`), vocabulary, { dimensions: 2, lowercase: true });
  expect([...glove.vectors.subarray(4, 8)]).toEqual([0.5, -1, 0.5, -1]);
  expect(glove.coverage).toBe(1);
  const own = await readGlove(await text(`${lines}The 3 3\n`), vocabulary, { dimensions: 2, lowercase: true });
  expect([...own.vectors.subarray(4, 6)]).toEqual([3, 3]);
});

describe("what is refused", () => {
  test.each([
    ["the 1 2\ncat 1\n", ':2: 1 numbers follow the word, expected 2: "cat 1"; are these 2-dimensional vectors?'],
    ["the 1 2 3\n", ":1: 3 numbers follow the word, expected 2"],
    ["x 1 2\ncat 1 z\n", ':2: "z" is not a number; the file is damaged: get it again'],
    ["the  1\n", ':1: "" is not a number'],
    ["the NaN 1\n", ':1: "NaN" is not a number'],
    ["", ":1: the file is empty"],
  ])("%j", async (content, expected) => {
    const place = await text(content);
    await expect(readGlove(place, vocabulary, { dimensions: 2 })).rejects.toThrow(`${place.path}${expected}`);
  });
});

describe("the archive", () => {
  test("is read without unpacking", async () => {
    const path = join(folder, "glove.6B.zip");
    await writeFile(path, makeZip({ "glove.6B.1d.txt": "the 1\n", "glove.6B.2d.txt": lines }));
    const glove = await readGlove({ form: "archive", path }, vocabulary, { dimensions: 2 });
    expect([...glove.vectors.subarray(6, 8)]).toEqual([0.5, -1]);
    await expect(readGlove({ form: "archive", path }, vocabulary, { dimensions: 3 })).rejects.toThrow(
      `${path}: holds no glove.6B.3d.txt; is this glove.6B.zip?`,
    );
  });

  test("that is damaged, or none, is refused", async () => {
    const path = join(folder, "glove.6B.zip");
    const place = { form: "archive", path } as const;
    await writeFile(path, "no zip");
    await expect(readGlove(place, vocabulary, { dimensions: 2 })).rejects.toThrow(`${path}: not a whole zip file (`);
    await writeFile(path, makeZip({ "glove.6B.2d.txt": "the 1 x\n" }));
    await expect(readGlove(place, vocabulary, { dimensions: 2 })).rejects.toThrow(
      `${path}:1: "x" is not a number; the file is damaged`,
    );
    await rm(path);
    await expect(readGlove(place, vocabulary, { dimensions: 2 })).rejects.toThrow(`${path}: there is no such file`);
  });
});
