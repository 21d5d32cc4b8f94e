import { check, object } from "@ltt/core/arguments";
import { DataError } from "./data-error.ts";
import { readIdx } from "./idx.ts";
import type { LabelledImages } from "./labelled-images.ts";
import { path as pathKind } from "./path.ts";

/** The four files of MNIST, or of a data set in its form, as Fashion-MNIST. */
export interface MnistPlace {
  readonly trainImages: string;
  readonly trainLabels: string;
  readonly testImages: string;
  readonly testLabels: string;
}

/**
 * MNIST (LeCun, Bottou, Bengio & Haffner, Proceedings of the IEEE 1998): handwritten digits of 28 × 28 pixels, 60,000 to train and 10,000 to test, of classes 0–9.
 *
 * @throws {DataError} for a file that is missing or damaged, holds something else, or does not belong to the other.
 */
export async function readMnist(place: MnistPlace): Promise<{ train: LabelledImages; test: LabelledImages }> {
  check("readMnist", "place", place, object);
  for (const file of ["trainImages", "trainLabels", "testImages", "testLabels"] as const)
    check("readMnist", `place.${file}`, place[file], pathKind);
  return {
    train: await readPart(place.trainImages, place.trainLabels),
    test: await readPart(place.testImages, place.testLabels),
  };
}

async function readPart(imagesPath: string, labelsPath: string): Promise<LabelledImages> {
  const [images, labels] = [await readIdx(imagesPath), await readIdx(labelsPath)];
  const [n, height, width] = images.shape;
  if (images.shape.length !== 3 || n === undefined || height === undefined || width === undefined)
    throw new DataError(`${imagesPath}: has the sizes [${images.shape}]; images have [images, height, width]`);
  if (labels.shape.length !== 1)
    throw new DataError(`${labelsPath}: has the sizes [${labels.shape}]; labels have one, [images]`);
  if (labels.shape[0] !== n)
    throw new DataError(
      `${labelsPath}: has ${labels.shape[0]} labels, ${imagesPath} ${n} images; they belong to each other`,
    );
  const wrong = labels.data.findIndex((label) => label > 9);
  if (wrong >= 0) throw new DataError(`${labelsPath}: label ${wrong} is ${labels.data[wrong]}; classes are 0–9`);
  return { pixels: images.data, shape: [n, height, width], labels: Int32Array.from(labels.data) };
}
