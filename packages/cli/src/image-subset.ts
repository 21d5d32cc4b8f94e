import { imagesAt, type LabelledImages, splitImages } from "@ltt/data";

/** The same split for every seed: seeds change initial weights and order, not what is learned from. */
export const IMAGE_SPLIT_SEED = 1;

/** So many images at most, each class in proportion, always the same. */
export function imageSubset(images: LabelledImages, size: number): LabelledImages {
  if (size >= images.labels.length)
    return imagesAt(
      images,
      images.labels.map((_, i) => i),
    );
  return splitImages(images, { seed: IMAGE_SPLIT_SEED, size }).held;
}
