import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DataError } from "./data-error.ts";
import { type Lines, utf8Lines } from "./utf8-lines.ts";

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltt-lines-"));
  file = join(folder, "a.txt");
});
afterAll(() => rm(folder, { recursive: true }));

async function read(content: string | Uint8Array): Promise<Lines[]> {
  await writeFile(file, content);
  const blocks: Lines[] = [];
  for await (const block of utf8Lines(file)) blocks.push(block);
  return blocks;
}

test("blocks are whole lines, know their first line and join to the text", async () => {
  const text = Array.from({ length: 9000 }, (_, i) => `${i} ü𝄞 ${"x".repeat(i % 40)}\n`).join("");
  const blocks = await read(`\ufeff${text}end`);
  expect(blocks.length).toBeGreaterThan(3);
  expect(blocks.map((block) => block.text).join("")).toBe(`${text}end`);
  for (const { text: block, line } of blocks)
    expect(block.startsWith(line === 9001 ? "end" : `${line - 1} `)).toBe(true);
});

test("the lines before a bad byte come first", async () => {
  await writeFile(file, Buffer.from("a\nb\nc\xff\nd\n", "latin1"));
  const seen: string[] = [];
  const reading = (async () => {
    for await (const block of utf8Lines(file)) seen.push(block.text);
  })();
  await expect(reading).rejects.toThrow(
    `${file}:3: byte 0xff (byte 2 of the line) is not UTF-8; save the file as UTF-8`,
  );
  expect(seen).toEqual(["a\nb\n"]);
});

test("a file of nothing has no blocks, with or without a byte order mark", async () => {
  expect(await read("")).toEqual([]);
  expect(await read("\ufeff")).toEqual([]);
});

test("UTF-16 is named, with a mark and without, of either order", async () => {
  const little = Buffer.from("review,sentiment\n", "utf16le");
  const big = Buffer.from(little).swap16();
  const withMark = Buffer.from("\ufeffa\n", "utf16le");
  for (const bytes of [withMark, Buffer.from(withMark).swap16()]) {
    await expect(read(bytes)).rejects.toThrow(`${file}:1: this file is UTF-16; save it as UTF-8`);
  }
  for (const bytes of [little, big]) {
    await expect(read(bytes)).rejects.toThrow(
      `${file}:1: this file is UTF-16 without a byte order mark; save it as UTF-8`,
    );
  }
});

test("a file that gzip compressed is read as what it holds; a damaged one is refused", async () => {
  const text = Array.from({ length: 9000 }, (_, i) => `line ${i}\n`).join("");
  const packed = gzipSync(text);
  expect((await read(packed)).map((block) => block.text).join("")).toBe(text);
  await expect(read(packed.subarray(0, 1000))).rejects.toThrow(
    `${file}: not a whole gzip file (unexpected end of file); get it again`,
  );
  packed[packed.length - 8]! ^= 1; // of the CRC-32
  await expect(read(packed)).rejects.toThrow(`${file}: not a whole gzip file (incorrect data check)`);
});

test.each([
  ["zip", "504b0304", "unzip"],
  ["xz", "fd377a585a00", "unxz"],
  ["bzip2", "425a6839", "bunzip2"],
])("a file compressed by %s says so", async (name, hex, command) => {
  await expect(read(Buffer.from(hex, "hex"))).rejects.toThrow(
    new DataError(`${file}: this file is compressed by ${name}; unpack it first (${command})`),
  );
});
