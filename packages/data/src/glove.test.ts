import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
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

describe("files as they are found", () => {
  const words = new Vocabulary(["film", "plot"]);
  const vectors = [0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6];
  test.each([
    ["a word with blanks", "film 1 2 3\nat user@host.example 4 5 6\n. . . 7 8 9\nWindows 95 7 8 9\nplot 4 5 6\n"],
    ["blanks, tabs and carriage returns at line ends", "film 1 2 3 \nplot 4 5 6 \t\r\n \r\n"],
    ["tabs between fields", "film\t1\t2\t3\nplot\t4 \t5\t6\n"],
    ["word2vec's and fastText's header", "2 3\nfilm 1 2 3\nplot 4 5 6\n"],
    ["a header with CRLF behind a byte order mark", "\ufeff2 3 \r\nfilm 1 2 3\r\nplot 4 5 6\r\n"],
    ["a word twice, of which the first holds", "film 1 2 3\nfilm 7 8 9\nplot 4 5 6\nplot x y z z\n"],
    ["numbers of other words that are none", "film 1 2 3\nbad 0x10 1e40 nan\nplot +4 5e0 .6e1\n"],
    ["a NUL and a blank for a word", "film 1 2 3\n\0 7 8 9\n  7 8 9\nplot 4 5 6\n"],
  ])("with %s are read", async (_, content) => {
    const glove = await readGlove(await text(content), words, { dimensions: 3 });
    expect([...glove.vectors]).toEqual(vectors);
    expect(glove.coverage).toBe(1);
  });

  test("with words of another encoding are read, and those words are nobody's", async () => {
    const path = join(folder, "glove.txt");
    await writeFile(path, Buffer.from("film 1 2 3\n\xe9t\xe9 7 8 9\n\xff 7 8 9\nplot 4 5 6\n", "latin1"));
    const withReplacement = new Vocabulary(["film", "plot", "\ufffd"]);
    const glove = await readGlove({ form: "text", path }, withReplacement, { dimensions: 3 });
    expect([...glove.vectors]).toEqual([...vectors, 0, 0, 0]);
    expect([...glove.found]).toEqual([0, 0, 1, 1, 0]);
  });

  test("compressed by gzip are read", async () => {
    const path = join(folder, "glove.txt.gz");
    await writeFile(path, gzipSync("film 1 2 3\nplot 4 5 6\n"));
    expect([...(await readGlove({ form: "text", path }, words, { dimensions: 3 })).vectors]).toEqual(vectors);
  });

  test("of one dimension have no header", async () => {
    const glove = await readGlove(await text("2 1\nfilm 5\n"), new Vocabulary(["2", "film"]), { dimensions: 1 });
    expect([...glove.vectors]).toEqual([0, 0, 1, 5]);
  });

  test("with words that only look like numbers beside them keep their blanks", async () => {
    const blanks = new Vocabulary([". . .", "new york"]);
    const glove = await readGlove(await text("new york 1 2\n. . . 3 4\n"), blanks, { dimensions: 2 });
    expect([...glove.vectors.subarray(4)]).toEqual([3, 4, 1, 2]);
  });
});

describe("what is refused", () => {
  test.each([
    ["the 1 2\ncat 1\n", ':2: 1 numbers follow the word, expected 2: "cat 1"; are these 2-dimensional vectors?'],
    ["the 1 2 3\n", ":1: 3 numbers follow the word, expected 2"],
    ["the\n", ":1: 0 numbers follow the word, expected 2"],
    ["9 3\nthe 1 2 3\n", ":1: the header says 3 dimensions, 2 are asked for; is this another file?"],
    ["x 1 2\ncat 1 z\n", ':2: "z" is not a number; the file is damaged: get it again (number 2 of "cat")'],
    ["the  1\n", ":1: 1 numbers follow the word"],
    ["the NaN 1\n", ':1: "NaN" is not a number'],
    ["the 0x10 1\n", ':1: "0x10" is not a number'],
    ["the 1 Infinity\n", ':1: "Infinity" is not a number'],
    ["the 1_0 1\n", ':1: "1_0" is not a number'],
    ["the 1 1,5\n", ':1: "1,5" is not a number'],
    ["the 1 1e40\n", ':1: "1e40" is beyond float32; the file is damaged: get it again (number 2 of "the")'],
    ["the -3.5e38 1\n", ':1: "-3.5e38" is beyond float32'],
    ["", ":1: the file is empty"],
    ["9 2\n", ":1: the file is empty"],
  ])("%j", async (content, expected) => {
    const place = await text(content);
    await expect(readGlove(place, vocabulary, { dimensions: 2 })).rejects.toThrow(`${place.path}${expected}`);
  });

  test("dimensions that are none, and UTF-16", async () => {
    await expect(readGlove(await text("the 1\n"), vocabulary, { dimensions: 0 })).rejects.toThrow(
      new RangeError("readGlove: dimensions is 0; it is an integer from 1"),
    );
    await expect(readGlove(await text("the 1\n"), vocabulary, { dimensions: 2 ** 40 })).rejects.toThrow(
      `readGlove: ${vocabulary.size} words of ${2 ** 40} dimensions are more than 2³¹ values`,
    );
    const path = join(folder, "glove.txt");
    await writeFile(path, Buffer.from("\ufeffthe 1 2\n", "utf16le"));
    await expect(readGlove({ form: "text", path }, vocabulary, { dimensions: 2 })).rejects.toThrow(
      "this file is UTF-16",
    );
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

  test.each([
    ["stored", true],
    ["deflated", false],
  ])("whose bytes are not those of its CRC-32 is refused: %s", async (_, stored) => {
    const path = join(folder, "glove.6B.zip");
    const right = makeZip({ "glove.6B.2d.txt": "the 0.5 1\n" }, { stored });
    const wrong = makeZip({ "glove.6B.2d.txt": "the 9.5 1\n" }, { stored });
    // The wrong data under the right sums, which stand in the directory behind it.
    const data = 30 + "glove.6B.2d.txt".length + 7;
    wrong.copy(right, data, data, right.indexOf("PK\x01\x02"));
    await writeFile(path, right);
    await expect(readGlove({ form: "archive", path }, vocabulary, { dimensions: 2 })).rejects.toThrow(
      /glove\.6B\.zip: not a whole zip file \(its CRC-32 is [0-9a-f]{8}, the archive says [0-9a-f]{8}\); get it again/,
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
