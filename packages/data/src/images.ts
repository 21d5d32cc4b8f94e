import { type Matrix, stream, type TokenVector, tensor, tokens } from "@ltt/core";
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
    const change: Change = (some, places) =>
      augment === undefined ? some : augmented(some, places, augment, { seed, epoch });
    return eachBatch(images, order, batchSize, change);
  }
  if (augment !== undefined) throw new TypeError("imageBatches: augment is of training, which wants seed and epoch");
  return eachBatch(
    images,
    Int32Array.from({ length: n }, (_, i) => i),
    batchSize,
  );
}

/** Images of a batch, and the places that they have among all, to those that are trained on. */
type Change = (images: LabelledImages, places: Int32Array) => LabelledImages;

function* eachBatch(
  images: LabelledImages,
  order: Int32Array,
  batchSize: number,
  change: Change = (some) => some,
): Generator<ImageBatch, void, undefined> {
  let values = new Float32Array(0); // of one batch after another: a tensor is a copy
  for (let from = 0; from < order.length; from += batchSize) {
    const places = order.subarray(from, from + batchSize);
    const { pixels, labels } = change(imagesAt(images, places), places);
    if (values.length !== pixels.length) values = new Float32Array(pixels.length);
    writeBrightness(pixels, values);
    yield {
      input: tensor(values, [labels.length, pixels.length / labels.length]),
      targets: tokens(labels, [labels.length]),
    };
  }
}

/** Of each byte its brightness from 0 to 1: a division a pixel takes longer than a training step of a small sparse network. */
const BRIGHTNESS: Float32Array = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** A plain loop: `Float32Array.from` with a function takes many times as long. */
function writeBrightness(pixels: Uint8Array, values: Float32Array): void {
  for (let i = 0; i < pixels.length; i++) values[i] = BRIGHTNESS[pixels[i]!]!;
}
