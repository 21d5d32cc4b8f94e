import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readImdb } from "./imdb.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltt-imdb-"));
});
afterEach(() => rm(folder, { recursive: true }));

const reviews: Readonly<Record<string, string>> = {
  "train/pos/10_9.txt": "train pos 10",
  "train/pos/2_10.txt": "train pos 2, naïve<br />",
  "train/neg/0_1.txt": "train neg 0",
  "test/neg/7_2.txt": "test neg 7",
  "test/pos/3_8.txt": "test pos 3",
};
const others = { README: "not a review", "train/unsup/0_0.txt": "unlabelled", "train/pos/urls.txt": "http://x" };
const inOrder = [
  { text: "train neg 0", label: 0 },
  { text: "train pos 2, naïve<br />", label: 1 },
  { text: "train pos 10", label: 1 },
];
const testInOrder = [
  { text: "test neg 7", label: 0 },
  { text: "test pos 3", label: 1 },
];

async function writeFolder(
  files: Readonly<Record<string, string | Uint8Array>> = { ...reviews, ...others },
): Promise<string> {
  const path = join(folder, "aclImdb");
  for (const part of ["train/pos", "train/neg", "train/unsup", "test/pos", "test/neg"]) {
    await mkdir(join(path, part), { recursive: true });
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return path;
}

async function writeArchive(
  files: Readonly<Record<string, string | Buffer>> = { ...others, ...reviews },
): Promise<string> {
  const archive = pack();
  for (const [name, text] of Object.entries(files)) archive.entry({ name: `aclImdb/${name}` }, text);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
  const path = join(folder, "aclImdb_v1.tar.gz");
  await writeFile(path, gzipSync(Buffer.concat(chunks)));
  return path;
}

async function writeCsv(text: string): Promise<string> {
  const path = join(folder, "IMDB Dataset.csv");
  await writeFile(path, text);
  return path;
}

test("folder and archive are the same corpus, in order of part, class and number", async () => {
  const fromFolder = await readImdb({ form: "folder", path: await writeFolder() });
  expect(fromFolder.classes).toEqual(["negative", "positive"]);
  expect(fromFolder.train).toEqual([...inOrder, ...testInOrder]);
  expect(fromFolder.test).toBeUndefined();
  expect(await readImdb({ form: "archive", path: await writeArchive() })).toEqual(fromFolder);
});

test("the official halves are kept on request", async () => {
  const corpus = await readImdb({ form: "archive", path: await writeArchive() }, { officialSplit: true });
  expect(corpus.train).toEqual(inOrder);
  expect(corpus.test).toEqual(testInOrder);
  const path = await writeCsv('review,sentiment\n"a",positive\n');
  await expect(readImdb({ form: "csv", path }, { officialSplit: true })).rejects.toThrow(
    "the CSV does not say which reviews are for testing; use aclImdb_v1.tar.gz",
  );
});

test("Kaggle's CSV", async () => {
  const path = await writeCsv('review,sentiment\r\n"A ""b"",<br />\nc",positive\r\nd,negative\r\n');
  expect((await readImdb({ form: "csv", path })).train).toEqual([
    { text: 'A "b",<br />\nc', label: 1 },
    { text: "d", label: 0 },
  ]);
});

test.each([
  ["columns in the other order", "sentiment,review\npositive,a\nnegative,b\n"],
  ["capitals and other labels", "Review,Sentiment\na,Positive\nb,NEG\n"],
  ["names and numbers of other copies", "text,label\na,1\nb,0\n"],
  ["an index column", ",review,sentiment\n0,a,pos\n1,b,neg\n"],
  ["a quoted header behind a byte order mark", '\ufeff"review","sentiment"\r\n"a","positive"\r\n"b","negative"\r\n'],
  ["no header", "a,positive\nb,negative\n"],
])("a CSV with %s", async (_, text) => {
  const path = await writeCsv(text);
  expect((await readImdb({ form: "csv", path })).train).toEqual([
    { text: "a", label: 1 },
    { text: "b", label: 0 },
  ]);
});

describe("what is refused", () => {
  test.each([
    [
      'review,sentiment\n"a\nb",positive\nc,good\n',
      ':4: the sentiment is "good"; it must be positive or negative: correct',
    ],
    ["review,sentiment\na\n", ":2: a short row, 1 field where 2 belong"],
    ["a,2\n", ':1: the sentiment is "2"'],
    ["id,review\n0,a\n", ':2: the sentiment is "a"'],
    [
      "id,review,stars\n0,a,9\n",
      ':1: the header is "id,review,stars"; expected the columns review, sentiment: is this',
    ],
    [
      "review;sentiment\na;positive\n",
      ':1: a short row, 1 field where 2 belong: "review;sentiment"; its fields are separated by semicolons',
    ],
    ["", ":1: the file is empty"],
  ])("%j", async (text, expected) => {
    const path = await writeCsv(text);
    await expect(readImdb({ form: "csv", path })).rejects.toThrow(`${path}${expected}`);
  });

  test("a folder without its parts, and one without reviews", async () => {
    await expect(readImdb({ form: "folder", path: folder })).rejects.toThrow(
      `${folder}/train/neg: there is no such file`,
    );
    const path = await writeFolder({});
    await expect(readImdb({ form: "folder", path })).rejects.toThrow(
      `${path}: holds no review such as train/pos/0_9.txt`,
    );
  });

  test("a review that is not UTF-8", async () => {
    const path = await writeFolder({ "train/pos/0_9.txt": Buffer.from([0x63, 0xe9]) });
    await expect(readImdb({ form: "folder", path })).rejects.toThrow(
      "train/pos/0_9.txt: is not UTF-8; the file is damaged",
    );
  });

  test("a review too long to be one is not read, in the archive or in the folder", async () => {
    const long = Buffer.alloc(16 * 2 ** 20 + 1, "a");
    const path = await writeArchive({ "train/neg/0_1.txt": long });
    const expected =
      "train/neg/0_1.txt: has 16777217 bytes, a review at most 16777216; the file is damaged, or no review";
    await expect(readImdb({ form: "archive", path })).rejects.toThrow(`${path}: aclImdb/${expected}`);
    const unpacked = await writeFolder({ "train/neg/0_1.txt": long });
    await expect(readImdb({ form: "folder", path: unpacked })).rejects.toThrow(expected);
  });

  test("an archive one byte of which is another", async () => {
    const path = await writeArchive();
    const bytes = await readFile(path);
    bytes[bytes.length - 8]! ^= 1; // of gzip's CRC-32
    await writeFile(path, bytes);
    await expect(readImdb({ form: "archive", path })).rejects.toThrow(
      `${path}: not a whole .tar.gz (incorrect data check)`,
    );
  });

  test("an archive cut short, one that is none, and a missing one", async () => {
    const path = await writeArchive();
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, whole.length / 2));
    await expect(readImdb({ form: "archive", path })).rejects.toThrow(
      `${path}: not a whole .tar.gz (unexpected end of file); get it again: ltt data get imdb`,
    );
    await writeFile(path, "not gzip");
    await expect(readImdb({ form: "archive", path })).rejects.toThrow(
      `${path}: not a whole .tar.gz (incorrect header check)`,
    );
    await writeFile(path, gzipSync(Buffer.alloc(3000, 1)));
    await expect(readImdb({ form: "archive", path })).rejects.toThrow(`${path}: not a whole .tar.gz`);
    await expect(readImdb({ form: "archive", path: `${path}.x` })).rejects.toThrow(`${path}.x: there is no such file`);
  });
});
