import { stream } from "@ltt/core";
import { DataError, imagesAt, type LabelledImages, locateMnist, type Places, readMnist, splitImages } from "@ltt/data";
import { countParameters } from "@ltt/layers";
import { type ImageTaskData, imageTaskOf } from "./image-task.ts";
import type { PreparedTask } from "./prepared-task.ts";

/** Sets of images and models that are tried together. */
export const IMAGE_PAIRS = ["mnist-lenet"] as const;
export type ImagePair = (typeof IMAGE_PAIRS)[number];

/** What of the images is used, and how. */
export interface ImageSettings {
  readonly data: {
    /** Training images; all where it is left out. Validation and test then have as many, or what there is. */
    readonly trainSize?: number | undefined;
    /** Images held out of those to train on. */
    readonly validationSize: number;
    readonly batchSize: number;
  };
  readonly model?: undefined;
}

/** The same split for every seed: seeds change initial weights and order, not what is learned from. */
const SPLIT_SEED = 1;

export function isImagePair(pair: string): pair is ImagePair {
  return IMAGE_PAIRS.some((one) => one === pair);
}

/**
 * Reads a pair's images, and holds out those to validate on.
 *
 * @throws {DataError} if data is missing, malformed or too little: the message names the file and what to do.
 */
export async function prepareImages(pair: ImagePair, { data }: ImageSettings, places: Places): Promise<PreparedTask> {
  const { train: all, test: allTests } = await readMnist(await locateMnist(places));
  const { held, rest } = splitImages(all, { seed: SPLIT_SEED, size: data.validationSize });
  const { trainSize = rest.labels.length } = data;
  if (trainSize > rest.labels.length) {
    throw new DataError(
      `${pair}: train: ${trainSize} images are asked for, there are ${rest.labels.length}; ask for fewer: --train-size ${rest.labels.length}`,
    );
  }
  const images = {
    train: limited(rest, trainSize),
    validation: limited(held, trainSize),
    test: limited(allTests, trainSize),
  };
  const made: ImageTaskData = { name: "mnist", images, batchSize: data.batchSize, model: "lenet-300-100", outputs: 10 };
  const task = imageTaskOf(made);
  const [train, validation, test] = [images.train, images.validation, images.test].map(({ labels }) => labels.length);
  const [, height, width] = images.train.shape;
  return {
    task,
    data: made,
    dataset: [
      `mnist, ${all.labels.length + allTests.labels.length} images of ${height} × ${width} pixels read`,
      `${train} to train, ${validation} to validate, ${test} to test`,
      "classes 0–9",
      "brightness divided by 255",
    ].join("; "),
    words: [["model", "LeNet-300-100; weights start Glorot-normal, biases at 0"]],
    notes: [],
    parameters: countParameters(task.model(stream(0))),
    stepsPerEpoch: Math.ceil(train! / data.batchSize),
    examples: "images",
    monitored: validation!,
  };
}

/** So many at most, each class in proportion. */
function limited(images: LabelledImages, size: number): LabelledImages {
  if (size >= images.labels.length)
    return imagesAt(
      images,
      images.labels.map((_, i) => i),
    );
  return splitImages(images, { seed: SPLIT_SEED, size }).held;
}
