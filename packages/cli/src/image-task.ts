import { createHash } from "node:crypto";
import { type Matrix, reshape, type Tensor, type Tensor4 } from "@ltt/core";
import { type Augmentation, imageBatches, type LabelledImages } from "@ltt/data";
import type { Batch } from "@ltt/layers";
import type { Batches, Task } from "@ltt/lottery";
import { type ImageModel, type ImageStart, imageGroup, imageModelOf, takesRows } from "./image-models.ts";
import { imageSubset } from "./image-subset.ts";
import { largestShare } from "./largest-share.ts";

/** All that a task of images is made of, as data and nothing else. */
export interface ImageTaskData {
  readonly name: string;
  readonly images: Readonly<Record<"train" | "validation" | "test", LabelledImages>>;
  readonly batchSize: number;
  readonly model: ImageModel;
  readonly outputs: number;
  /** Of images to train on. Default: none. */
  readonly augment?: Augmentation | undefined;
  /** Default `glorot`. */
  readonly start?: ImageStart | undefined;
}

/** Images that are looked at together where nothing is trained. Sums depend on it: it is part of a task's name. */
const EVALUATION_BATCH = 500;

export function imageTaskOf(data: ImageTaskData): Task {
  const { name, images, batchSize, model, outputs, augment, start = "glorot" } = data;
  const [, channels, height, width] = imageShapeOf(images.train);
  return {
    data: {
      ...{
        name,
        images: digestOfImages(images),
        pixels: "brightness / 255",
        evaluationBatch: EVALUATION_BATCH,
        batchSize,
      },
      ...(augment === undefined ? {} : { augment: { padding: augment.padding ?? 0, flip: augment.flip ?? false } }),
    },
    architecture: { model, outputs, ...(start === "glorot" ? {} : { start }) },
    model: imageModelOf(model, { channels, height, width, outputs }, start),
    batches: (seed) => batchesOf(data, seed),
    chance: largestShare(images.test.labels),
    group: imageGroup,
  };
}

/** `[images, channels, height, width]` */
export function imageShapeOf({ shape }: LabelledImages): readonly [number, number, number, number] {
  return shape.length === 4 ? shape : [shape[0], 1, shape[1], shape[2]];
}

function batchesOf({ images, batchSize, model, augment }: ImageTaskData, seed: number): Batches<Tensor> {
  const { train, validation, test } = images;
  const asImages = imagesOf(imageShapeOf(train));
  let validating: Batch<Tensor>[] | undefined; // made once for all validations of a training
  let monitored: LabelledImages | undefined;
  const asModelTakes = (batch: Batch<Matrix>): Batch<Tensor> => (takesRows(model) ? batch : asImages(batch));
  return {
    train: (epoch) => mapped(imageBatches(train, { batchSize, seed, epoch, augment }), asModelTakes),
    stepsPerEpoch: Math.ceil(train.labels.length / batchSize),
    validation: () => {
      validating ??= [...mapped(imageBatches(validation, { batchSize: EVALUATION_BATCH }), asModelTakes)];
      return validating;
    },
    trainMonitor: () => {
      monitored ??= imageSubset(train, validation.labels.length);
      return mapped(imageBatches(monitored, { batchSize: EVALUATION_BATCH }), asModelTakes);
    },
    test: () => mapped(imageBatches(test, { batchSize: EVALUATION_BATCH }), asModelTakes),
  };
}

/** A row an image becomes `[channels, height, width]`. */
function imagesOf([, ...sizes]: readonly [number, number, number, number]): (batch: Batch<Matrix>) => Batch<Tensor4> {
  return (batch) => ({ ...batch, input: reshape(batch.input, [batch.input.shape[0], ...sizes]) });
}

function* mapped<A, B>(values: Iterable<A>, change: (value: A) => B): Generator<B> {
  for (const value of values) yield change(value);
}

/** Names what is learned from and measured on: other files or another split make another run. */
export function digestOfImages(parts: ImageTaskData["images"]): string {
  const hash = createHash("sha256");
  for (const [name, { pixels, shape, labels }] of Object.entries(parts)) {
    hash.update(`${name} ${shape.join(" ")}\n`);
    for (const array of [pixels, labels]) hash.update(array);
  }
  return hash.digest("hex");
}
