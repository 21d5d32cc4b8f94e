import { type Rng, stream } from "@ltt/core";
import { checkOptions, count, flag, type Kinds } from "@ltt/core/arguments";
import type { LabelledImages } from "./labelled-images.ts";

/** How images are changed anew each time that they are trained on. */
export interface Augmentation {
  /** Pixels of black added on each side, before a part of the original size is cut out at a random place. Default 0. */
  readonly padding?: number | undefined;
  /** Whether every other image, at random, is mirrored left to right. Default false. */
  readonly flip?: boolean | undefined;
}

const AUGMENTATION: Kinds<Augmentation> = { padding: count, flip: flag };

/** @throws {TypeError | RangeError} if it has other parts, or one of another kind. */
export function checkAugmentation(where: string, augmentation: Augmentation): void {
  checkOptions(`${where}: augment`, augmentation, AUGMENTATION);
}

/**
 * Copies of images, mirrored and moved at random. What happens to an image is a function of seed, epoch and the place that it has among
 * all, so neither batches nor order change it.
 *
 * @param places - Those of the images among all.
 */
export function augmented(
  images: LabelledImages,
  places: Int32Array,
  { padding = 0, flip = false }: Augmentation,
  { seed, epoch }: { readonly seed: number; readonly epoch: number },
): LabelledImages {
  const { shape } = images;
  const [height, width] = [shape.at(-2)!, shape.at(-1)!];
  const planes = shape.length === 4 ? shape[1] : 1;
  const pixels = new Uint8Array(images.pixels.length);
  const size = height * width;
  for (const [i, place] of places.entries()) {
    const change = drawn(stream(seed, "augment", epoch, place), padding, flip);
    for (let plane = i * planes; plane < (i + 1) * planes; plane++) {
      const [from, to] = [images.pixels, pixels].map((all) => all.subarray(plane * size, (plane + 1) * size));
      moved(from!, to!, height, width, change);
    }
  }
  return { ...images, pixels };
}

interface Change {
  /** Where the upper left corner of what is cut out lies in the original, possibly outside. */
  readonly top: number;
  readonly left: number;
  readonly mirrored: boolean;
}

function drawn(rng: Rng, padding: number, flip: boolean): Change {
  const [top, left] = [0, 0].map(() => rng.below(2 * padding + 1) - padding);
  return { top: top!, left: left!, mirrored: flip && rng.below(2) === 1 };
}

/** A plane, mirrored and then moved; black where nothing of the original lies. */
function moved(from: Uint8Array, to: Uint8Array, height: number, width: number, change: Change): void {
  const { top, left, mirrored } = change;
  for (let y = Math.max(0, -top); y < Math.min(height, height - top); y++) {
    const row = (y + top) * width;
    for (let x = Math.max(0, -left); x < Math.min(width, width - left); x++) {
      const source = x + left;
      to[y * width + x] = from[row + (mirrored ? width - 1 - source : source)]!;
    }
  }
}
