import { type Matrix, stream, type TokenVector, tensor, tokens } from "@ltt/core";
import { bytes, check, checkOptions, count, integers, type Kinds, list, object, positive } from "@ltt/core/arguments";
import { checkOrder } from "./order.ts";

/** Images to classify. */
export interface LabelledImages {
  /** Brightness from 0 to 255, row-major. */
  readonly pixels: Uint8Array;
  /** `[images, height, width]`, or in colours `[images, channels, height, width]`. */
  readonly shape:
    | readonly [images: number, height: number, width: number]
    | readonly [images: number, channels: number, height: number, width: number];
  /** The class of each image. */
  readonly labels: Int32Array;
}

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
}

const OPTIONS: Kinds<ImageBatchOptions> = { batchSize: positive, seed: count, epoch: positive };

/**
 * All images in batches, the last one smaller if they do not divide; shuffled for training, in order for evaluation:
 *
 *     imageBatches(train, { batchSize: 60, seed: 1, epoch })
 *     imageBatches(test, { batchSize: 1000 })
 *
 * @throws {TypeError} if an option is unknown, or only one of seed and epoch is given.
 * @throws {RangeError} if there are not as many labels and pixels as the shape says.
 */
export function imageBatches(
  images: LabelledImages,
  options: ImageBatchOptions,
): Generator<ImageBatch, void, undefined> {
  checkImages("imageBatches", images);
  const { batchSize, seed, epoch } = checkOptions("imageBatches", options, OPTIONS, ["batchSize"]);
  checkOrder("imageBatches", seed, epoch);
  const n = images.labels.length;
  const order =
    seed === undefined || epoch === undefined
      ? Int32Array.from({ length: n }, (_, i) => i)
      : stream(seed, "order", epoch).permutation(n);
  return eachBatch(images, order, batchSize);
}

function* eachBatch(
  images: LabelledImages,
  order: Int32Array,
  batchSize: number,
): Generator<ImageBatch, void, undefined> {
  for (let from = 0; from < order.length; from += batchSize) {
    const { pixels, labels } = imagesAt(images, order.subarray(from, from + batchSize));
    const size = pixels.length / labels.length;
    yield {
      input: tensor(brightness(pixels), [labels.length, size]),
      targets: tokens(labels, [labels.length]),
    };
  }
}

/** Of each byte its brightness from 0 to 1: a division a pixel takes longer than a training step of a small sparse network. */
const BRIGHTNESS: Float32Array = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** A plain loop: `Float32Array.from` with a function takes many times as long. */
function brightness(pixels: Uint8Array): Float32Array {
  const values = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) values[i] = BRIGHTNESS[pixels[i]!]!;
  return values;
}

/**
 * Some of the images, in the order that is asked for.
 *
 * @throws {RangeError} if there is no such image.
 */
export function imagesAt(images: LabelledImages, places: Int32Array): LabelledImages {
  checkImages("imagesAt", images);
  check("imagesAt", "places", places, integers);
  const [n, ...sizes] = images.shape;
  const size = sizes.reduce((product, each) => product * each, 1);
  const pixels = new Uint8Array(places.length * size);
  for (const [i, place] of places.entries()) {
    if (place < 0 || place >= n) throw new RangeError(`imagesAt: places[${i}] is ${place}; there are ${n} images`);
    pixels.set(images.pixels.subarray(place * size, (place + 1) * size), i * size);
  }
  const shape = [places.length, ...sizes] as const as LabelledImages["shape"];
  return { pixels, shape, labels: places.map((place) => images.labels[place]!) };
}

/** @throws {TypeError | RangeError} unless there are as many labels and pixels as the shape says. */
export function checkImages(where: string, images: LabelledImages): void {
  check(where, "images", images, object);
  const { pixels, shape, labels } = images;
  check(where, "images.pixels", pixels, bytes);
  check(where, "images.labels", labels, integers);
  check(where, "images.shape", shape, list);
  for (const [axis, size] of shape.entries()) check(where, `images.shape[${axis}]`, size, count);
  const size = shape.reduce((product, each) => product * each, 1);
  if ([3, 4].includes(shape.length) && labels.length === shape[0] && pixels.length === size) return;
  throw new RangeError(
    `${where}: images have ${pixels.length} pixels and ${labels.length} labels; their shape is [${shape}], [images, height, width] or [images, channels, height, width]`,
  );
}
