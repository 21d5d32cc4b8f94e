import { div, type Matrix, scope, stream, type TokenVector, tensor, tokens } from "@ltt/core";
import { checkOptions, count, type Kinds, object, positive } from "@ltt/core/arguments";
import { type Augmentation, augmented, checkAugmentation } from "./augment.ts";
import { checkImages, imagesAt, type LabelledImages } from "./labelled-images.ts";
import { checkOrder } from "./order.ts";

/** Images of one batch. */
export interface ImageBatch {
  /** Brightness from 0 to 1, a row an image: `[batch, pixels]`, pixels being those of all channels. */
  readonly input: Matrix;
  /** `[batch]` */
  readonly targets: TokenVector;
}

export interface ImageBatchOptions {
  readonly batchSize: number;
  /** With an epoch, from 1, shuffles: the order is a function of both. Default: the images come in their own order. */
  readonly seed?: number | undefined;
  readonly epoch?: number | undefined;
  /** How each image is changed, anew in each epoch; only where images are shuffled. Default: not at all. */
  readonly augment?: Augmentation | undefined;
}

const OPTIONS: Kinds<ImageBatchOptions> = { batchSize: positive, seed: count, epoch: positive, augment: object };

/**
 * All images in batches, the last one smaller if they do not divide; shuffled for training, in order for evaluation:
 *
 *     imageBatches(train, { batchSize: 60, seed: 1, epoch })
 *     imageBatches(test, { batchSize: 1000 })
 *
 * Batches are made outside of a step's scope: in a loop of one's own let the event loop turn now and then, as `train` does, or their memory
 * does not come back (`await new Promise(setImmediate)`; to await a read is not enough).
 *
 * @throws {TypeError} if an option is unknown, or only one of seed and epoch is given.
 * @throws {RangeError} if there are not as many labels and pixels as the shape says.
 */
export function imageBatches(
  images: LabelledImages,
  options: ImageBatchOptions,
): Generator<ImageBatch, void, undefined> {
  checkImages("imageBatches", images);
  const { batchSize, seed, epoch, augment } = checkOptions("imageBatches", options, OPTIONS, ["batchSize"]);
  checkOrder("imageBatches", seed, epoch);
  if (augment !== undefined) checkAugmentation("imageBatches", augment);
  const n = images.labels.length;
  if (seed !== undefined && epoch !== undefined) {
    const order = stream(seed, "order", epoch).permutation(n);
    const change: Change = (places) => augmented(imagesAt(images, places), places, augment!, { seed, epoch }).pixels;
    return eachBatch(images, order, batchSize, augment && change);
  }
  if (augment !== undefined) throw new TypeError("imageBatches: augment is of training, which wants seed and epoch");
  return eachBatch(
    images,
    Int32Array.from({ length: n }, (_, i) => i),
    batchSize,
  );
}

/** Places of images to the pixels that are trained on, an image after another. */
type Change = (places: Int32Array) => Uint8Array;

function* eachBatch(
  { pixels, labels, shape }: LabelledImages,
  order: Int32Array,
  batchSize: number,
  change?: Change,
): Generator<ImageBatch, void, undefined> {
  const [, ...sizes] = shape;
  const size = sizes.reduce((product, each) => product * each, 1);
  let values = new Float32Array(0); // of one batch after another: a tensor is a copy
  for (let from = 0; from < order.length; from += batchSize) {
    const places = order.subarray(from, from + batchSize);
    const n = places.length;
    if (values.length !== n * size) values = new Float32Array(n * size);
    if (change !== undefined) values.set(change(places));
    else
      for (const [i, place] of places.entries())
        values.set(pixels.subarray(place * size, (place + 1) * size), i * size);
    const classes = places.map((place) => labels[place]!);
    // bytes are copied, and divided by the backend: a loop over pixels here takes longer than a training step of a small sparse network
    yield { input: scope(() => div(tensor(values, [n, size]), 255)), targets: tokens(classes, [n]) };
  }
}
