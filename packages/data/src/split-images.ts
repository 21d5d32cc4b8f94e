import { stream } from "@ltt/core";
import { checkOptions, count, type Kinds, positive } from "@ltt/core/arguments";
import { DataError } from "./data-error.ts";
import { checkImages, imagesAt, type LabelledImages } from "./labelled-images.ts";
import { subsetPlaces } from "./split-places.ts";

export interface ImageSplitOptions {
  /** The same seed gives the same split. */
  readonly seed: number;
  /** Images of the part held out. */
  readonly size: number;
}

const OPTIONS: Kinds<ImageSplitOptions> = { seed: count, size: positive };

/**
 * Images in two parts, `held` of so many and `rest` of the others, each class in proportion by largest remainder, drawn at random; both
 * keep the order of the images. MNIST's 60,000 into 55,000 to train and 5,000 to validate:
 *
 *     const { held: validation, rest: train } = splitImages(images, { seed: 1, size: 5000 });
 *
 * @throws {DataError} if nothing would be left.
 */
export function splitImages(
  images: LabelledImages,
  options: ImageSplitOptions,
): { readonly held: LabelledImages; readonly rest: LabelledImages } {
  checkImages("splitImages", images);
  const { seed, size } = checkOptions("splitImages", options, OPTIONS, ["seed", "size"]);
  const { labels } = images;
  if (size >= labels.length)
    throw new DataError(`images: ${size} of ${labels.length} are to be held out, which leaves none; hold out fewer`);
  const held = subsetPlaces(labels, size, stream(seed, "split", "images"));
  const isHeld = new Set(held);
  const rest = Int32Array.from(labels.keys()).filter((i) => !isHeld.has(i));
  return { held: imagesAt(images, held), rest: imagesAt(images, rest) };
}
