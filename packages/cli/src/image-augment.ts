import type { Augmentation } from "@ltt/data";

/** How images to train on may be changed: not at all, or as is usual for CIFAR-10. */
export const AUGMENTS = ["none", "crop-flip"] as const;
export type Augment = (typeof AUGMENTS)[number];

/** A part of 32 × 32 pixels after padding by 4, mirrored every other time: He et al. (CVPR 2016), §4.2. */
export const CROP_AND_FLIP: Augmentation = { padding: 4, flip: true };

export function augmentationOf(augment: Augment): Augmentation | undefined {
  return augment === "none" ? undefined : CROP_AND_FLIP;
}
