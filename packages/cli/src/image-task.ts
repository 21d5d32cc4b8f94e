import { createHash } from "node:crypto";
import { type Matrix, type Rng, reshape, type Tensor, type Tensor4 } from "@ltt/core";
import { imageBatches, type LabelledImages } from "@ltt/data";
import { type Batch, ConvNet, LeNet300, type Model } from "@ltt/layers";
import type { Batches, Task } from "@ltt/lottery";
import { largestShare } from "./largest-share.ts";

/** What classifies images. */
export type ImageModel = "lenet-300-100" | "conv-2" | "conv-4" | "conv-6";

/** All that a task of images is made of, as data and nothing else. */
export interface ImageTaskData {
  readonly name: string;
  readonly images: Readonly<Record<"train" | "validation" | "test", LabelledImages>>;
  readonly batchSize: number;
  readonly model: ImageModel;
  readonly outputs: number;
}

/** Images that are looked at together where nothing is trained. Sums depend on it: it is part of a task's name. */
const EVALUATION_BATCH = 500;

export function imageTaskOf(data: ImageTaskData): Task {
  const { name, images, batchSize, model, outputs } = data;
  return {
    data: { name, images: digestOf(images), pixels: "brightness / 255", evaluationBatch: EVALUATION_BATCH, batchSize },
    architecture: { model, outputs },
    model: creator(data),
    batches: (seed) => batchesOf(data, seed),
    chance: largestShare(images.test.labels),
    group: imageGroup,
  };
}

/** The groups that rates and exclusions name: biases apart, since image experiments prune weights only, convolutions and the output, which are pruned at their own rates. */
function imageGroup(tensor: string): string {
  if (tensor.endsWith(".bias")) return "biases";
  if (tensor.startsWith("convs.")) return "convolutions";
  return tensor.startsWith("output.") ? "output" : "hidden";
}

const DEPTHS = { "conv-2": 2, "conv-4": 4, "conv-6": 6 } as const;

function creator({ images, model, outputs }: ImageTaskData): (rng: Rng) => Model<never> {
  const [, channels, height, width] = imageShapeOf(images.train);
  if (model === "lenet-300-100") return (rng) => new LeNet300({ inputs: channels * height * width, outputs }, rng);
  return (rng) => new ConvNet({ depth: DEPTHS[model], size: height, channels, outputs }, rng);
}

/** `[images, channels, height, width]` */
function imageShapeOf({ shape }: LabelledImages): readonly [number, number, number, number] {
  return shape.length === 4 ? shape : [shape[0], 1, shape[1], shape[2]];
}

function batchesOf({ images, batchSize, model }: ImageTaskData, seed: number): Batches<Tensor> {
  const { train, validation, test } = images;
  const asImages = imagesOf(imageShapeOf(train));
  let validating: Batch<Tensor>[] | undefined; // made once for all validations of a training
  const asModelTakes = (batch: Batch<Matrix>): Batch<Tensor> => (model === "lenet-300-100" ? batch : asImages(batch));
  return {
    train: (epoch) => mapped(imageBatches(train, { batchSize, seed, epoch }), asModelTakes),
    stepsPerEpoch: Math.ceil(train.labels.length / batchSize),
    validation: () => {
      validating ??= [...mapped(imageBatches(validation, { batchSize: EVALUATION_BATCH }), asModelTakes)];
      return validating;
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
function digestOf(parts: ImageTaskData["images"]): string {
  const hash = createHash("sha256");
  for (const [name, { pixels, shape, labels }] of Object.entries(parts)) {
    hash.update(`${name} ${shape.join(" ")}\n`);
    for (const array of [pixels, labels]) hash.update(array);
  }
  return hash.digest("hex");
}
