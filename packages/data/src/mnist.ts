import { check, object, oneOf } from "@ltt/core/arguments";
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

/** Which of two sets with the same file names it is. */
export type MnistName = "mnist" | "fashion-mnist";

/** Labels that the published test parts begin with: the files of both sets have the same names and sizes. */
const BEGINNINGS: Readonly<Record<MnistName, readonly number[]>> = {
  mnist: [7, 2, 1, 0, 4, 1, 4, 9, 5, 9, 0, 6],
  "fashion-mnist": [9, 2, 1, 1, 6, 1, 4, 6, 5, 7, 4, 5],
};

/**
 * MNIST (LeCun, Bottou, Bengio & Haffner, Proceedings of the IEEE 1998): handwritten digits of 28 × 28 pixels, 60,000 to train and 10,000
 * to test, of classes 0–9.
 *
 * @throws {DataError} for a file that is missing or damaged, holds something else, or does not belong to the other.
 * @param name - Which set it is; the other one is refused. Default `mnist`.
 */
export function readMnist(
  place: MnistPlace,
  name: MnistName = "mnist",
): Promise<{ train: LabelledImages; test: LabelledImages }> {
  return readNamed("readMnist", place, name);
}

/** `readMnist` for a caller of another name. */
export async function readNamed(
  where: string,
  place: MnistPlace,
  name: MnistName,
): Promise<{ train: LabelledImages; test: LabelledImages }> {
  check(where, "place", place, object);
  check(where, "name", name, oneOf("mnist", "fashion-mnist"));
  for (const file of ["trainImages", "trainLabels", "testImages", "testLabels"] as const)
    check(where, `place.${file}`, place[file], pathKind);
  const train = await readPart(place.trainImages, place.trainLabels);
  const test = await readPart(place.testImages, place.testLabels);
  const other: MnistName = name === "mnist" ? "fashion-mnist" : "mnist";
  if (BEGINNINGS[other].every((label, i) => test.labels[i] === label))
    throw new DataError(
      `${place.testLabels}: has the labels of ${other}, not those of ${name}; both have these file names`,
    );
  return { train, test };
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
