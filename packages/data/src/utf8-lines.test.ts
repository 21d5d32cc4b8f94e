import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
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
