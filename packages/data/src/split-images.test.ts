import { expect, test } from "vitest";
import type { LabelledImages } from "./labelled-images.ts";
import { splitImages } from "./split-images.ts";

/** Image i is the pixel i, of class i mod 3 where i is below 30, else of class 0. */
const images: LabelledImages = {
  pixels: Uint8Array.from({ length: 40 }, (_, i) => i),
  shape: [40, 1, 1],
  labels: Int32Array.from({ length: 40 }, (_, i) => (i < 30 ? i % 3 : 0)),
};
const countOf = ({ labels }: LabelledImages, label: number) => labels.filter((one) => one === label).length;

test("every image is in one part, with its label, in the order of all, each class in proportion", () => {
  const { held, rest } = splitImages(images, { seed: 1, size: 8 });
  expect([held.shape, rest.shape]).toEqual([
    [8, 1, 1],
    [32, 1, 1],
  ]);
  expect([0, 1, 2].map((label) => countOf(held, label))).toEqual([4, 2, 2]);
  for (const { pixels, labels } of [held, rest]) {
    expect([...pixels]).toEqual([...pixels].sort((a, b) => a - b));
    expect([...labels]).toEqual(Array.from(pixels, (i) => images.labels[i]!));
  }
  expect(new Set([...held.pixels, ...rest.pixels]).size).toBe(40);
});

test("the seed decides which, and nothing else", () => {
  const held = (seed: number) => [...splitImages(images, { seed, size: 8 }).held.pixels];
  expect(held(1)).toEqual(held(1));
  expect(held(2)).not.toEqual(held(1));
});

test("a part that would leave none says so", () => {
  expect(() => splitImages(images, { seed: 1, size: 40 })).toThrow(
    "images: 40 of 40 are to be held out, which leaves none; hold out fewer",
  );
});
