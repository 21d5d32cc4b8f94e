import { expect, test } from "vitest";
import { imageBatches } from "./images.ts";
import { imagesAt, type LabelledImages } from "./labelled-images.ts";

/** Image i has the pixels 51·i and 255 − 51·i, and class i. */
const images: LabelledImages = {
  pixels: Uint8Array.from({ length: 10 }, (_, at) => {
    const i = at >> 1;
    return at % 2 === 0 ? 51 * i : 255 - 51 * i;
  }),
  shape: [5, 1, 2],
  labels: Int32Array.of(0, 1, 2, 3, 4),
};
const targetsOf = (batches: ReturnType<typeof imageBatches>) => [...batches].map(({ targets }) => [...targets.data]);

test("in order, with the rest in a smaller batch, brightness from 0 to 1", () => {
  const batches = [...imageBatches(images, { batchSize: 2 })];
  expect(batches.map(({ input, targets }) => [input.shape, targets.shape])).toEqual([
    [[2, 2], [2]],
    [[2, 2], [2]],
    [[1, 2], [1]],
  ]);
  expect(batches[1]!.input.data).toEqual(Float32Array.of(0.4, 0.6, 0.6, 0.4));
  expect([...batches[1]!.targets.data]).toEqual([2, 3]);
});

test("black pixels and others, whatever the size of an image", () => {
  for (const size of [1, 3, 4, 7, 9, 16]) {
    // the first image is bright; of the rest, which share its memory, five pixels of fifteen are black
    const pixels = Uint8Array.from({ length: 6 * size }, (_, at) =>
      at < size ? 255 : Math.floor(at / 5) % 3 === 0 ? 0 : 37 * at,
    );
    const found = [...imageBatches({ pixels, shape: [6, 1, size], labels: new Int32Array(6) }, { batchSize: 2 })];
    expect(found.flatMap(({ input }) => [...input.data])).toEqual(
      Array.from(pixels, (byte) => Math.fround(byte / 255)),
    );
  }
});

test("shuffled by seed and epoch: every image once, with its own label, the same order each time", () => {
  const orders = [1, 2, 3, 4].map((epoch) => targetsOf(imageBatches(images, { batchSize: 3, seed: 1, epoch })).flat());
  for (const order of orders) expect(order.toSorted()).toEqual([0, 1, 2, 3, 4]);
  expect(new Set(orders.map(String)).size).toBeGreaterThan(1);
  const [batch] = imageBatches(images, { batchSize: 5, seed: 2, epoch: 1 });
  expect([...batch!.targets.data]).toEqual(targetsOf(imageBatches(images, { batchSize: 5, seed: 2, epoch: 1 })).flat());
  const first = [...batch!.targets.data].map((label) => Math.fround(0.2 * label));
  expect([0, 2, 4, 6, 8].map((at) => batch!.input.data[at])).toEqual(first.map((value) => expect.closeTo(value, 6)));
});

test("some of them, in the order that is asked for", () => {
  const some = imagesAt(images, Int32Array.of(4, 0, 4));
  expect(some).toEqual({
    pixels: Uint8Array.of(204, 51, 0, 255, 204, 51),
    shape: [3, 1, 2],
    labels: Int32Array.of(4, 0, 4),
  });
  expect(() => imagesAt(images, Int32Array.of(5))).toThrow("imagesAt: places[0] is 5; there are 5 images");
});

test("what does not fit together is refused before the first batch", () => {
  expect(() => imageBatches(images, { batchSize: 2, seed: 1 })).toThrow(
    "imageBatches: epoch is undefined; a shuffled order wants seed and epoch",
  );
  expect(() => imageBatches({ ...images, shape: [5, 2, 2] }, { batchSize: 2 })).toThrow(
    "imageBatches: images have 10 pixels and 5 labels; their shape is [5,2,2], [images, height, width]",
  );
});
