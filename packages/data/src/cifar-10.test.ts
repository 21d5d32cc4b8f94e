import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readCifar10 } from "./cifar-10.ts";
import { locateCifar10 } from "./locate.ts";

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-cifar-"));
  folder = join(root, "cifar-10-batches-bin");
  mkdirSync(folder);
});
afterEach(() => rmSync(root, { recursive: true }));

/** Records whose pixels are 3i, 3i + 1, 3i + 2 in red, green and blue. */
const records = (...labels: number[]) =>
  Uint8Array.from(labels.flatMap((label, i) => [label, ...[0, 1, 2].flatMap((c) => new Array(1024).fill(3 * i + c))]));
const put = (name: string, bytes: Uint8Array) => writeFileSync(join(folder, name), bytes);

describe("CIFAR-10", () => {
  test("is found and read, whatever batches are there", async () => {
    put("data_batch_1.bin", records(3, 9));
    put("data_batch_4.bin", records(0));
    put("test_batch.bin", records(7));
    for (const data of [root, folder]) {
      const { train, test } = await readCifar10(await locateCifar10({ data }));
      expect([train.shape, test.shape]).toEqual([
        [3, 3, 32, 32],
        [1, 3, 32, 32],
      ]);
      expect([[...train.labels], [...test.labels]]).toEqual([[3, 9, 0], [7]]);
      const at = (image: number, channel: number) => train.pixels[(image * 3 + channel) * 1024 + 5];
      expect([at(0, 0), at(0, 2), at(1, 1), at(2, 0)]).toEqual([0, 2, 4, 0]);
    }
  });

  test("that is nowhere says what was looked for and how to get it", async () => {
    await expect(locateCifar10({ data: root })).rejects.toThrow(
      /cifar-10: looked for data_batch_1.bin; none is in .*; name the folder .*, or unpack cifar-10-binary.tar.gz/,
    );
  });

  test.each<[string, () => void, RegExp]>([
    ["no test part", () => {}, /test_batch.bin: ENOENT/],
    [
      "a file that is cut off",
      () => put("test_batch.bin", records(1).subarray(1)),
      /has 3072 bytes; records of CIFAR-10 have 3073/,
    ],
    [
      "a label that is no class",
      () => put("test_batch.bin", records(1, 10)),
      /record 1 is of class 10; classes are 0–9/,
    ],
  ])("refuses %s", async (_, change, message) => {
    put("data_batch_1.bin", records(3));
    change();
    await expect(readCifar10({ folder })).rejects.toThrow(message);
  });
});
