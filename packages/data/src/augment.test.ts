import { expect, test } from "vitest";
import { type Augmentation, augmented } from "./augment.ts";
import { imageBatches } from "./images.ts";
import type { LabelledImages } from "./labelled-images.ts";

/** `n` images of two colours and 3 × 4 pixels, all alike: 1 to 12, then 101 to 112. */
const images = (n: number): LabelledImages => ({
  pixels: Uint8Array.from({ length: n * 24 }, (_, at) => (at % 12) + 1 + 100 * (Math.floor(at / 12) % 2)),
  shape: [n, 2, 3, 4],
  labels: new Int32Array(n),
});
const places = (n: number) => Int32Array.from({ length: n }, (_, i) => i);
const at = { seed: 1, epoch: 1 };

/** What each of `n` images became, as the rows of its first colour. */
const changed = (n: number, augmentation: Augmentation, when = at): string[] => {
  const { pixels } = augmented(images(n), places(n), augmentation, when);
  return Array.from({ length: n }, (_, i) => {
    const [first, second] = [0, 12].map((from) => [...pixels.subarray(i * 24 + from, i * 24 + from + 12)]);
    expect(second).toEqual(first!.map((value) => (value === 0 ? 0 : value + 100))); // colours move together
    return [0, 4, 8].map((row) => first!.slice(row, row + 4).join(" ")).join(" / ");
  });
};

const counts = (values: readonly string[]) => {
  const found = new Map<string, number>();
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1);
  return found;
};

test("about half of the images are mirrored", () => {
  const found = counts(changed(400, { flip: true }));
  expect([...found.keys()].sort()).toEqual(["1 2 3 4 / 5 6 7 8 / 9 10 11 12", "4 3 2 1 / 8 7 6 5 / 12 11 10 9"]);
  for (const count of found.values()) expect(count).toBeGreaterThan(150); // 5 standard deviations
});

test("each of the places of a padded image is cut out about as often, and what is outside is black", () => {
  const found = counts(changed(900, { padding: 1 }));
  expect(found.size).toBe(9);
  for (const count of found.values()) expect(count).toBeGreaterThan(55); // of 100; 4.7 standard deviations
  const corners = ["0 0 0 0 / 0 1 2 3 / 0 5 6 7", "6 7 8 0 / 10 11 12 0 / 0 0 0 0"];
  for (const corner of [...corners, "1 2 3 4 / 5 6 7 8 / 9 10 11 12"]) expect(found.has(corner)).toBe(true);
});

test("more padding than pixels leaves black images", () => {
  expect(changed(50, { padding: 9 })).toContain("0 0 0 0 / 0 0 0 0 / 0 0 0 0");
});

test("nothing asked for changes nothing", () => {
  expect(new Set(changed(20, {}))).toEqual(new Set(["1 2 3 4 / 5 6 7 8 / 9 10 11 12"]));
});

test("what happens to an image depends on seed, epoch and image, not on batches", () => {
  const both = { padding: 1, flip: true };
  const first = changed(50, both);
  expect(changed(50, both)).toEqual(first);
  expect(changed(50, both, { seed: 1, epoch: 2 })).not.toEqual(first);
  expect(changed(50, both, { seed: 2, epoch: 1 })).not.toEqual(first);
  // Labels tell which image it is, whatever order the batches have.
  const told = { ...images(50), labels: places(50) };
  const seen = (batchSize: number) =>
    [...imageBatches(told, { batchSize, seed: 1, epoch: 1, augment: both })].flatMap(({ input, targets }) => {
      const pixels = input.data;
      return [...targets.data].map((label, i) => `${label}: ${pixels.slice(i * 24, i * 24 + 24).join(" ")}`);
    });
  expect(seen(7)).toEqual(seen(50));
  const rows = new Map(seen(50).map((row) => row.split(": ") as [string, string]));
  for (const [i, row] of first.entries()) {
    const brightness = row.split(/[ /]+/).map((value) => Math.fround(Number(value) / 255));
    expect(rows.get(String(i))!.split(" ").slice(0, 12).map(Number)).toEqual(brightness);
  }
});

test("images to evaluate on are not changed", () => {
  expect(() => imageBatches(images(2), { batchSize: 1, augment: { flip: true } })).toThrow(
    "imageBatches: augment is of training, which wants seed and epoch",
  );
  expect(() => imageBatches(images(2), { batchSize: 1, ...at, augment: { padding: -1 } })).toThrow(
    "imageBatches: augment: padding is -1; it is an integer from 0",
  );
});
