import { bytes, check, count, integers, list, object } from "@ltt/core/arguments";

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
    `${where}: images have ${pixels.length} pixels and ${labels.length} labels; their shape is [${shape}], [images, height, width] or ` +
      "[images, channels, height, width]",
  );
}
