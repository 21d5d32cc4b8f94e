import { noGrad, ShapeError, scope, stream, zeros } from "@ltt/core";
import { type Augmentation, DataError, type Places, splitImages } from "@ltt/data";
import { type Context, countParameters, type Model } from "@ltt/layers";
import { type ImageModel, type ImageStart, isDeep, MODEL_TITLES, START_WORDS, takesRows } from "./image-models.ts";
import { type ImageSet, type ImageSetName, readImageSet, repeatsInTest } from "./image-sets.ts";
import { IMAGE_SPLIT_SEED, imageSubset } from "./image-subset.ts";
import { type ImageTaskData, imageShapeOf, imageTaskOf } from "./image-task.ts";
import type { PreparedTask } from "./prepared-task.ts";

/** Sets of images and models that are tried together. */
export const IMAGE_PAIRS = [
  "mnist-lenet",
  "fashion-lenet",
  "mnist-conv2",
  "mnist-conv4",
  "mnist-conv6",
  "mnist-vgg11",
  "cifar-conv2",
  "cifar-conv4",
  "cifar-conv6",
  "cifar-resnet20",
  "cifar-vgg16",
  "cifar-vgg19",
] as const;
export type ImagePair = (typeof IMAGE_PAIRS)[number];

/** What of the images is used, and how. */
export interface ImageSettings {
  readonly data: {
    /** Training images; all where it is left out. Validation and test then have as many, or what there is. */
    readonly trainSize?: number | undefined;
    /** Images held out of those to train on, as published; of a part of them the same share. */
    readonly validationSize: number;
    readonly batchSize: number;
    /** Of images to train on. Default: none. */
    readonly augment?: Augmentation | undefined;
  };
  /** What weights start from. Default `glorot`. */
  readonly start?: ImageStart | undefined;
  readonly model?: undefined;
}

const PAIRS: Readonly<Record<ImagePair, { readonly set: ImageSetName; readonly model: ImageModel }>> = {
  "mnist-lenet": { set: "mnist", model: "lenet-300-100" },
  "fashion-lenet": { set: "fashion-mnist", model: "lenet-300-100" },
  "mnist-conv2": { set: "mnist", model: "conv-2" },
  "mnist-conv4": { set: "mnist", model: "conv-4" },
  "mnist-conv6": { set: "mnist", model: "conv-6" },
  "mnist-vgg11": { set: "mnist", model: "vgg-11" },
  "cifar-conv2": { set: "cifar-10", model: "conv-2" },
  "cifar-conv4": { set: "cifar-10", model: "conv-4" },
  "cifar-conv6": { set: "cifar-10", model: "conv-6" },
  "cifar-resnet20": { set: "cifar-10", model: "resnet-20" },
  "cifar-vgg16": { set: "cifar-10", model: "vgg-16" },
  "cifar-vgg19": { set: "cifar-10", model: "vgg-19" },
};

export function isImagePair(pair: string): pair is ImagePair {
  return IMAGE_PAIRS.some((one) => one === pair);
}

export function modelOfPair(pair: ImagePair): ImageModel {
  return PAIRS[pair].model;
}

/**
 * Reads a pair's images, and holds out those to validate on.
 *
 * @throws {DataError} if data is missing, malformed or too little: the message names the file and what to do.
 */
export async function prepareImages(pair: ImagePair, settings: ImageSettings, places: Places): Promise<PreparedTask> {
  const { set, model } = PAIRS[pair];
  return prepareImageSet(pair, await readImageSet(set, places), model, settings);
}

/**
 * The task of classifying images.
 *
 * @param subject - For messages.
 * @throws {DataError} if there are too few images, or the model cannot take their size.
 */
export function prepareImageSet(
  subject: string,
  set: ImageSet,
  model: ImageModel,
  { data, start = "glorot" }: ImageSettings,
): PreparedTask {
  const { name, train: all, test: allTests, classes, share, hasRepeats = false, notes } = set;
  const outputs = classes.length;
  const size = Math.max(1, Math.round(data.validationSize * share));
  const split = () => splitImages(all, { seed: IMAGE_SPLIT_SEED, size });
  const { held, rest } = set.validation === undefined ? split() : { held: set.validation, rest: all };
  const { trainSize = rest.labels.length, augment, batchSize } = data;
  if (trainSize > rest.labels.length) {
    throw new DataError(
      `${subject}: train: ${trainSize} images are asked for, there are ` +
        `${rest.labels.length}; ask for fewer: --train-size ${rest.labels.length}`,
    );
  }
  const images = {
    train: imageSubset(rest, trainSize),
    validation: imageSubset(held, trainSize),
    test: imageSubset(allTests, trainSize),
  };
  const made: ImageTaskData = { ...{ name, images, batchSize, model, outputs }, ...chosen({ augment, start }) };
  const [, channels, height, width] = imageShapeOf(images.train);
  if (height !== width && !takesRows(model) && !isDeep(model))
    throw new DataError(
      `${subject}: images have ${height} × ${width} pixels; ${MODEL_TITLES[model]} takes square ones: cut them, or choose another --model`,
    );
  const task = imageTaskOf(made);
  const parameters = parametersOf(subject, made);
  const repeats = hasRepeats ? repeatsInTest(images) : 0;
  const [train, validation, test] = [images.train, images.validation, images.test].map(({ labels }) => labels.length);
  const read = all.labels.length + allTests.labels.length + (set.validation?.labels.length ?? 0);
  return {
    task,
    data: made,
    images: { corpus: name, classes, shape: [channels, height, width] },
    dataset: [
      `${name}, ${read} images of ${height} × ${width} pixels${channels === 1 ? "" : ` in ${channels} colours`} read`,
      `${train} to train, ${validation} to validate, ${test} to test`,
      `classes ${isDigits(classes) ? "0–9" : classes.join(", ")}`,
      "brightness divided by 255",
      ...(augment === undefined ? [] : [augmentWords(augment)]),
    ].join("; "),
    words: [["model", `${MODEL_TITLES[model]}; ${START_WORDS[start]}`]],
    notes:
      repeats === 0 ? notes : [...notes, `${repeats} of ${test} test images also stand in training or validation.`],
    parameters,
    stepsPerEpoch: Math.ceil(train! / batchSize),
    examples: "images",
    monitored: validation!,
  };
}

function isDigits(classes: readonly string[]): boolean {
  return classes.join("") === "0123456789";
}

/** What differs from the defaults. */
function chosen({ augment, start }: Pick<ImageTaskData, "augment" | "start">): Partial<ImageTaskData> {
  return { ...(augment === undefined ? {} : { augment }), ...(start === "glorot" ? {} : { start }) };
}

function augmentWords({ padding = 0, flip = false }: Augmentation): string {
  const ways = [
    ...(padding === 0 ? [] : [`cut at a random place after padding by ${padding}`]),
    ...(flip ? ["mirrored at random"] : []),
  ];
  return `images to train on are ${ways.join(" and ")}`;
}

/** The count of what is trained. @throws {DataError} if the model cannot take images of this size, or the last batch: it is tried on one. */
function parametersOf(subject: string, made: ImageTaskData): number {
  const [, , height, width] = imageShapeOf(made.images.train);
  try {
    const model = imageTaskOf(made).model(stream(0));
    tryOn(model, made);
    checkLastBatch(subject, made, model);
    return countParameters(model);
  } catch (error) {
    if (!isOfShapes(error)) throw error;
    const title = MODEL_TITLES[made.model];
    throw new DataError(
      `${subject}: images have ${height} × ${width} pixels, of which ${title} cannot make a class (${error.message}); choose another --model`,
      { cause: error },
    );
  }
}

/**
 * Of one image at the end of an epoch batch normalisation has no variance, where channels are one pixel.
 *
 * @throws {DataError} if the last batch is one that cannot be trained on.
 */
function checkLastBatch(subject: string, made: ImageTaskData, model: Model<unknown>): void {
  const { batchSize, images } = made;
  const count = images.train.labels.length;
  if (batchSize > 1 && count % batchSize !== 1) return;
  try {
    tryOn(model, made, { training: { rng: stream(0) } });
  } catch (error) {
    if (!isOfShapes(error)) throw error;
    throw new DataError(
      `${subject}: the last batch of an epoch is 1 image of ${count}, and batch normalisation takes more: choose ${largerLastBatch(count, batchSize)}`,
      { cause: error },
    );
  }
}

/** Options that leave no batch of one image, close to those that were told. */
function largerLastBatch(count: number, batchSize: number): string {
  if (count === 1) return `--train-size 2${batchSize === 1 ? " --batch-size 2" : ""}`;
  let larger = batchSize + 1;
  while (count % larger === 1) larger++; // the count itself leaves none
  return `${batchSize === 1 ? "" : `--train-size ${count - 1}, or `}--batch-size ${larger}`;
}

/** A forward pass of one black image. */
function tryOn(model: Model<unknown>, { images, model: name }: ImageTaskData, context: Context = {}): void {
  const [, ...shape] = imageShapeOf(images.train);
  const sizes = takesRows(name) ? [shape[0] * shape[1] * shape[2]] : shape;
  scope(() => {
    noGrad(() => model.forward(zeros([1, ...sizes]), context));
  });
}

/** Whether images of another size, or more of them, would do. */
function isOfShapes(error: unknown): error is Error {
  return error instanceof ShapeError || error instanceof RangeError;
}
