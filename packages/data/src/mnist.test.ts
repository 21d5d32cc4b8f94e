import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readFashionMnist } from "./fashion-mnist.ts";
import { locateFashionMnist, locateMnist } from "./locate.ts";
import { readMnist } from "./mnist.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ltt-mnist-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(name: string, sizes: readonly number[], elements: readonly number[], under = "mnist"): void {
  mkdirSync(join(folder, under), { recursive: true });
  const header = [0, 0, 8, sizes.length, ...sizes.flatMap((size) => [0, 0, 0, size])];
  writeFileSync(join(folder, under, name), Uint8Array.from([...header, ...elements]));
}

function putAll(under?: string): void {
  put("train-images-idx3-ubyte", [2, 1, 2], [0, 1, 2, 255], under);
  put("train-labels-idx1-ubyte", [2], [9, 0], under);
  put("t10k-images-idx3-ubyte", [1, 1, 2], [7, 8], under);
  put("t10k-labels-idx1-ubyte", [1], [4], under);
}

test.each(["mnist", "MNIST/raw", "."])("is found in %s and read", async (under) => {
  putAll(under);
  expect(await readMnist(await locateMnist({ data: folder }))).toEqual({
    train: { pixels: Uint8Array.of(0, 1, 2, 255), shape: [2, 1, 2], labels: Int32Array.of(9, 0) },
    test: { pixels: Uint8Array.of(7, 8), shape: [1, 1, 2], labels: Int32Array.of(4) },
  });
});

test.each(["fashion-mnist", "FashionMNIST/raw", "."])("Fashion-MNIST is found in %s and read", async (under) => {
  putAll(under);
  const { test: tested } = await readFashionMnist(await locateFashionMnist({ data: folder }));
  expect([...tested.labels]).toEqual([4]);
});

test("Fashion-MNIST has files of the same names: one set is not taken for the other", async () => {
  putAll();
  const [digits, clothes] = [
    [7, 2, 1, 0, 4, 1, 4, 9, 5, 9, 0, 6],
    [9, 2, 1, 1, 6, 1, 4, 6, 5, 7, 4, 5],
  ];
  put("t10k-images-idx3-ubyte", [12, 1, 1], new Array(12).fill(0));
  put("t10k-labels-idx1-ubyte", [12], digits!);
  const place = await locateMnist({ data: folder });
  expect([...(await readMnist(place)).test.labels]).toEqual(digits);
  await expect(readFashionMnist(place)).rejects.toThrow(
    "t10k-labels-idx1-ubyte: has the labels of mnist, not those of fashion-mnist; both have these file names",
  );
  put("t10k-labels-idx1-ubyte", [12], clothes!);
  expect([...(await readFashionMnist(place)).test.labels]).toEqual(clothes);
  await expect(readMnist(place)).rejects.toThrow("has the labels of fashion-mnist, not those of mnist");
});

test("that is nowhere, or not whole, says what was looked for and how to get it", async () => {
  putAll();
  rmSync(join(folder, "mnist", "t10k-labels-idx1-ubyte"));
  await expect(locateMnist({ data: folder })).rejects.toThrow(
    "mnist: looked for train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte; " +
      `none is in ${folder}/mnist or ${folder}; name the folder that has it with --data DIR, or download it: ltt data get mnist`,
  );
});

test.each<[string, () => void, string]>([
  ["labels of other images", () => put("train-labels-idx1-ubyte", [3], [1, 2, 3]), "has 3 labels, "],
  ["a label that is no class", () => put("train-labels-idx1-ubyte", [2], [1, 10]), "label 1 is 10; classes are 0–9"],
  ["images for labels", () => put("train-labels-idx1-ubyte", [2, 1], [1, 2]), "has the sizes [2,1]; labels have one"],
  [
    "labels for images",
    () => put("train-images-idx3-ubyte", [2], [1, 2]),
    "has the sizes [2]; images have [images, height, width]",
  ],
])("refuses %s", async (_, change, message) => {
  putAll();
  change();
  await expect(readMnist(await locateMnist({ data: folder }))).rejects.toThrow(message);
});
