import { stream } from "@ltt/core";
import {
  CIFAR_10_CLASSES,
  DataError,
  imagesAt,
  type LabelledImages,
  locateCifar10,
  locateMnist,
  type Places,
  readCifar10,
  readMnist,
  splitImages,
} from "@ltt/data";
import { countParameters } from "@ltt/layers";
import { type ImageModel, type ImageTaskData, imageTaskOf } from "./image-task.ts";
import type { PreparedTask } from "./prepared-task.ts";

/** Sets of images and models that are tried together. */
export const IMAGE_PAIRS = ["mnist-lenet", "cifar-conv2", "cifar-conv4", "cifar-conv6"] as const;
export type ImagePair = (typeof IMAGE_PAIRS)[number];

/** What of the images is used, and how. */
export interface ImageSettings {
  readonly data: {
    /** Training images; all where it is left out. Validation and test then have as many, or what there is. */
    readonly trainSize?: number | undefined;
    /** Images held out of those to train on, as published; of a part of them the same share. */
    readonly validationSize: number;
    readonly batchSize: number;
  };
  readonly model?: undefined;
}

interface ImageSet {
  readonly name: string;
  readonly train: LabelledImages;
  readonly test: LabelledImages;
  readonly classes: string;
  /** The part of the images as published that the files hold. */
  readonly share: number;
  readonly notes: readonly string[];
}

interface NamedModel {
  readonly model: ImageModel;
  /** In a report. */
  readonly title: string;
}

const MODELS: Readonly<Record<ImagePair, NamedModel>> = {
  "mnist-lenet": { model: "lenet-300-100", title: "LeNet-300-100" },
  "cifar-conv2": { model: "conv-2", title: "Conv-2" },
  "cifar-conv4": { model: "conv-4", title: "Conv-4" },
  "cifar-conv6": { model: "conv-6", title: "Conv-6" },
};

/** Images to train on, as published; the reader takes whatever part of them the files hold. */
const CIFAR_10_TRAINING = 50_000;

async function read(pair: ImagePair, places: Places): Promise<ImageSet> {
  if (pair === "mnist-lenet") {
    return { name: "mnist", ...(await readMnist(await locateMnist(places))), classes: "0–9", share: 1, notes: [] };
  }
  const { train, test } = await readCifar10(await locateCifar10(places));
  const [has, of] = [train.labels.length, CIFAR_10_TRAINING].map((count) => count.toLocaleString("en-US"));
  const isPart = train.labels.length < CIFAR_10_TRAINING;
  const notes = isPart ? [`The files hold ${has} of the ${of} images to train on that CIFAR-10 has as published.`] : [];
  const share = train.labels.length / CIFAR_10_TRAINING;
  return { name: "cifar-10", train, test, classes: CIFAR_10_CLASSES.join(", "), share, notes };
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
  const { name, train: all, test: allTests, classes, share, notes } = await read(pair, places);
  const size = Math.max(1, Math.round(data.validationSize * share));
  const { held, rest } = splitImages(all, { seed: SPLIT_SEED, size });
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
  const { model, title } = MODELS[pair];
  const made: ImageTaskData = { name, images, batchSize: data.batchSize, model, outputs: 10 };
  const task = imageTaskOf(made);
  const [train, validation, test] = [images.train, images.validation, images.test].map(({ labels }) => labels.length);
  const [height, width] = images.train.shape.slice(-2);
  return {
    task,
    data: made,
    dataset: [
      `${name}, ${all.labels.length + allTests.labels.length} images of ${height} × ${width} pixels read`,
      `${train} to train, ${validation} to validate, ${test} to test`,
      `classes ${classes}`,
      "brightness divided by 255",
    ].join("; "),
    words: [["model", `${title}; weights start Glorot-normal, biases at 0`]],
    notes,
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
