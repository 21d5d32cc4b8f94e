import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { encode } from "fast-png";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readImageFolder } from "./image-folder.ts";
import type { LabelledImages } from "./labelled-images.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ltt-image-folder-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (path: string, bytes: Uint8Array) => {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), bytes);
};
const image = (pixels: readonly number[], channels = 1, width = 2) =>
  encode({ width, height: pixels.length / channels / width, channels, data: Uint8Array.from(pixels) });
/** 20 images of each of two classes, each of pixels of its own. */
const putAll = () => {
  for (let i = 0; i < 20; i++) {
    put(`cat/${i}.png`, image([i, 1]));
    put(`ant/${i}.PNG`, image([i, 2]));
  }
};
const read = () => readImageFolder(folder, { seed: 1 });
const rowsOf = ({ pixels, labels }: LabelledImages) =>
  Array.from(
    labels,
    (label, i) =>
      `${label} ${pixels.slice((i * pixels.length) / labels.length, ((i + 1) * pixels.length) / labels.length).join(" ")}`,
  );

test("a class a folder, in three parts, each class in proportion, every image once with its label", async () => {
  putAll();
  put(".DS_Store", Uint8Array.of(1)); // what is hidden is passed over
  put("cat/.thumbs", Uint8Array.of(1));
  const { train, validation, test: tested, classes, mixed, repeatsInTest } = await read();
  expect([classes, mixed, repeatsInTest]).toEqual([["ant", "cat"], false, 0]);
  const parts = [train, validation, tested];
  expect(parts.map(({ shape }) => shape)).toEqual([
    [22, 1, 2],
    [10, 1, 2],
    [8, 1, 2],
  ]);
  expect(parts.map(({ labels }) => labels.filter((label) => label === 0).length)).toEqual([11, 5, 4]);
  const all = Array.from({ length: 20 }, (_, i) => [`0 ${i} 2`, `1 ${i} 1`]).flat();
  expect(parts.flatMap(rowsOf).sort()).toEqual(all.sort());
  expect(await read()).toEqual({ train, validation, test: tested, classes, mixed, repeatsInTest });
  expect((await readImageFolder(folder, { seed: 2 })).train).not.toEqual(train);
});

test("images of the same pixels stay together", async () => {
  putAll();
  for (let i = 0; i < 6; i++) put(`cat/again-${i}.png`, image([7, 1]));
  const { train, validation, test: tested } = await read();
  const having = [train, validation, tested].map((part) => rowsOf(part).filter((row) => row === "1 7 1").length);
  expect(having.toSorted()).toEqual([0, 0, 7]);
});

test("linked folders are classes too", async () => {
  putAll();
  put("elsewhere/1.png", image([1, 3]));
  put("elsewhere/2.png", image([2, 3]));
  put("elsewhere/3.png", image([3, 3]));
  renameSync(join(folder, "elsewhere"), join(folder, "..", `${basename(folder)}-bee`));
  symlinkSync(join(folder, "..", `${basename(folder)}-bee`), join(folder, "bee"));
  expect((await read()).classes).toEqual(["ant", "bee", "cat"]);
  rmSync(join(folder, "..", `${basename(folder)}-bee`), { recursive: true });
  await expect(read()).rejects.toThrow(`${folder}/bee: is a link that leads nowhere; mend it, or take it away`);
  rmSync(join(folder, "bee"));
  writeFileSync(join(folder, "notes.txt"), "a file that is no image is passed over");
  symlinkSync("notes.txt", join(folder, "bee"));
  await expect(read()).rejects.toThrow(
    `${folder}/bee: is a link to a file, where links lead to the folders of classes`,
  );
  rmSync(join(folder, "bee"));
  symlinkSync("../ant/1.PNG", join(folder, "cat", "linked.png"));
  expect((await read()).train.labels.length).toBeGreaterThan(0);
});

test("parts that have folders of their own are those, the other is held out of what is trained on", async () => {
  putAll();
  put("elsewhere/ant/1.png", image([70, 2]));
  put("elsewhere/cat/2.png", image([71, 1]));
  put("elsewhere/cat/3.png", image([3, 1])); // which is among those to train on
  const elsewhere = join(folder, "..", `${basename(folder)}-test`);
  renameSync(join(folder, "elsewhere"), elsewhere);
  try {
    const both = await readImageFolder(folder, { seed: 1, validation: elsewhere, test: elsewhere });
    expect(rowsOf(both.test)).toEqual(["0 70 2", "1 71 1", "1 3 1"]);
    expect(rowsOf(both.validation)).toEqual(rowsOf(both.test));
    expect([both.train.labels.length, both.repeatsInTest]).toEqual([40, 3]);
    const tested = await readImageFolder(folder, { seed: 1, test: elsewhere });
    expect([tested.train, tested.validation].map(({ labels }) => labels.length)).toEqual([28, 12]);
    expect(tested.repeatsInTest).toBe(1);
    expect((await readImageFolder(folder, { seed: 1, validation: elsewhere })).test).toEqual((await read()).test);
    rmSync(join(elsewhere, "ant"), { recursive: true });
    expect((await readImageFolder(folder, { seed: 1, test: elsewhere })).classes).toEqual(["ant", "cat"]);
    renameSync(join(elsewhere, "cat"), join(elsewhere, "dog"));
    await expect(readImageFolder(folder, { seed: 1, test: elsewhere })).rejects.toThrow(
      `${elsewhere}/dog: is a class that ${folder} does not have; it has ant, cat: train on it too, or take it away`,
    );
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});

test("where one image is in colour all have three colours", async () => {
  putAll();
  put("cat/red.png", image([9, 8, 7, 6, 5, 4], 3));
  const { train, validation, test: tested, mixed } = await read();
  const rows = [train, validation, tested].flatMap(rowsOf);
  expect([mixed, train.shape.slice(1)]).toEqual([true, [3, 1, 2]]);
  expect(rows).toContain("1 9 6 8 5 7 4");
  expect(rows).toContain("0 3 2 3 2 3 2");
});

test.each<[string, () => void, string]>([
  ["no folder", () => rmSync(folder, { recursive: true }), "DIR: there is no such folder"],
  [
    "an image in no class",
    () => put("x.png", image([1, 1])),
    "DIR/x.png: is in no class; put it into a folder named for its class",
  ],
  [
    "one class",
    () => rmSync(join(folder, "ant"), { recursive: true }),
    "DIR: has one folder, cat; there is one for each class",
  ],
  ["a class without images", () => mkdirSync(join(folder, "bee")), "DIR/bee: is empty; a class has images"],
  ["a folder in a class", () => put("cat/more/1.png", image([1, 1])), "DIR/cat/more: is a folder in that of a class"],
  [
    "another form",
    () => put("cat/1.jpg", Uint8Array.of(1)),
    "DIR/cat/1.jpg: is no PNG (.png); convert it, or take it away",
  ],
  [
    "another size",
    () => put("cat/1.png", image([1, 2, 3], 1, 3)),
    "DIR/cat/1.png: has 3 × 1 pixels, DIR/ant/0.PNG 2 × 1; make all",
  ],
  ["no PNG", () => put("cat/1.png", Uint8Array.of(1)), "DIR/cat/1.png: is no PNG, whatever its name says"],
])("%s is refused", async (_, change, message) => {
  putAll();
  change();
  await expect(read()).rejects.toThrow(message.replaceAll("DIR", folder));
  mkdirSync(folder, { recursive: true });
});

test("too few images for three parts are refused", async () => {
  put("a/1.png", image([1, 1]));
  put("b/1.png", image([2, 1]));
  await expect(read()).rejects.toThrow(/2 images leave none for each part; give more|no image is left to train on/);
});
