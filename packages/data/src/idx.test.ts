import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { DataError } from "./data-error.ts";
import { readIdx } from "./idx.ts";

const folder = mkdtempSync(join(tmpdir(), "ltt-idx-"));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, "file");
const written = (bytes: readonly number[] | Uint8Array) => {
  writeFileSync(path, Uint8Array.from(bytes));
  return readIdx(path);
};
const small = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255];

test("is read as it is, or as gzip compressed it", async () => {
  const right = { shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 255) };
  expect(await written(small)).toEqual(right);
  expect(await written(gzipSync(Uint8Array.from(small)))).toEqual(right);
  expect(await written([0, 0, 8, 1, 0, 0, 1, 2, ...new Array(258).fill(7)])).toMatchObject({ shape: [258] });
  expect(await written([0, 0, 8, 0, 9])).toEqual({ shape: [], data: Uint8Array.of(9) });
});

test.each<[string, readonly number[] | Uint8Array, string]>([
  ["nothing", [], "no idx file: it begins with nothing, not with 0000, a type and a rank; get it again"],
  ["a file of another kind", [0x89, 0x50, 0x4e, 0x47, 0x0d], "no idx file: it begins with 89504e47, not with"],
  ["an unknown type", [0, 0, 7, 1, 0, 0, 0, 0], "no idx file: it begins with 00000701, not with"],
  ["floats", [0, 0, 0x0d, 1, 0, 0, 0, 0], "its elements are floats of 32 bits; unsigned bytes are read"],
  ["a header that is cut off", small.slice(0, 9), "ends inside its header of 12 bytes; get it again"],
  ["elements that are missing", small.slice(0, -1), "has 5 elements, its sizes [2,3] want 6; get it again"],
  ["elements that are too many", [...small, 0], "has 7 elements, its sizes [2,3] want 6; get it again"],
  ["gzip that is cut off", gzipSync(Uint8Array.from(small)).subarray(0, 20), "not a whole gzip file"],
])("refuses %s", async (_, bytes, message) => {
  await expect(written(bytes)).rejects.toThrow(DataError);
  await expect(written(bytes)).rejects.toThrow(`${path}: ${message}`);
});

test("a file that is not there is named", async () => {
  await expect(readIdx(join(folder, "none"))).rejects.toThrow(`${join(folder, "none")}: there is no such file`);
});
