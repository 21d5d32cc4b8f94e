import { createHash } from "node:crypto";
import {
  CIFAR_10_CLASSES,
  FASHION_MNIST_CLASSES,
  type LabelledImages,
  locateCifar10,
  locateFashionMnist,
  locateMnist,
  type Places,
  readCifar10,
  readFashionMnist,
  readMnist,
} from "@ltt/data";

/** Images of a published set, or of one's own. */
export interface ImageSet {
  readonly name: string;
  readonly train: LabelledImages;
  /** Where it is left out it is held out of those to train on. */
  readonly validation?: LabelledImages | undefined;
  readonly test: LabelledImages;
  readonly classes: readonly string[];
  /** The part of the images as published that the files hold. */
  readonly share: number;
  /** Whether test images stand in training or validation too: then it is told how many of those that are used. */
  readonly hasRepeats?: boolean | undefined;
  readonly notes: readonly string[];
}

const IMAGE_SETS = ["mnist", "fashion-mnist", "cifar-10"] as const;
export type ImageSetName = (typeof IMAGE_SETS)[number];

/** Images to train on, as published; the reader takes whatever part of them the files hold. */
const CIFAR_10_TRAINING = 50_000;

/** @throws {DataError} if data is missing, malformed or of another set. */
export async function readImageSet(name: ImageSetName, places: Places): Promise<ImageSet> {
  const whole = { name, share: 1, notes: [] };
  switch (name) {
    case "mnist":
      return { ...whole, ...(await readMnist(await locateMnist(places))), classes: [..."0123456789"] };
    case "fashion-mnist": {
      const parts = await readFashionMnist(await locateFashionMnist(places));
      return { ...whole, ...parts, classes: FASHION_MNIST_CLASSES };
    }
    case "cifar-10": {
      const { train, test } = await readCifar10(await locateCifar10(places));
      const has = train.labels.length;
      return {
        ...{ ...whole, train, test, classes: CIFAR_10_CLASSES, share: has / CIFAR_10_TRAINING },
        notes: has < CIFAR_10_TRAINING ? [incompleteness(has)] : [],
      };
    }
  }
}

/** Test images whose pixels are in training or validation too. */
export function repeatsInTest(parts: Readonly<Record<"train" | "validation" | "test", LabelledImages>>): number {
  const seen = new Set([...digestsOf(parts.train), ...digestsOf(parts.validation)]);
  return digestsOf(parts.test).filter((digest) => seen.has(digest)).length;
}

/** What names the pixels of each image. */
function digestsOf({ pixels, labels }: LabelledImages): string[] {
  const size = pixels.length / labels.length;
  return Array.from(labels, (_, i) =>
    createHash("sha256")
      .update(pixels.subarray(i * size, (i + 1) * size))
      .digest("base64"),
  );
}

function incompleteness(has: number): string {
  const [read, of] = [has, CIFAR_10_TRAINING].map((count) => count.toLocaleString("en-US"));
  return `The files hold ${read} of the ${of} images to train on that CIFAR-10 has as published.`;
}
