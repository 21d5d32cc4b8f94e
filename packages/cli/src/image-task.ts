import { createHash } from "node:crypto";
import type { Matrix, Rng } from "@ltt/core";
import { imageBatches, type LabelledImages } from "@ltt/data";
import { LeNet300, type Model } from "@ltt/layers";
import type { Batches, Task } from "@ltt/lottery";
import { largestShare } from "./largest-share.ts";

/** What classifies images. */
type ImageModel = "lenet-300-100";

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

export function imageTaskOf(data: ImageTaskData): Task<Matrix> {
  const { name, images, batchSize, model, outputs } = data;
  return {
    data: { name, images: digestOf(images), pixels: "brightness / 255", evaluationBatch: EVALUATION_BATCH, batchSize },
    architecture: { model, outputs },
    model: creator(data),
    batches: (seed) => batchesOf(images, batchSize, seed),
    chance: largestShare(images.test.labels),
    group: imageGroup,
  };
}

/** The groups that rates and exclusions name: biases apart, since image experiments prune weights only, and the output, which is pruned at its own rate. */
function imageGroup(tensor: string): string {
  if (tensor.endsWith(".bias")) return "biases";
  return tensor.startsWith("output.") ? "output" : "hidden";
}

function creator({ images, outputs }: ImageTaskData): (rng: Rng) => Model<Matrix> {
  const [, height, width] = images.train.shape;
  return (rng) => new LeNet300({ inputs: height * width, outputs }, rng);
}

function batchesOf(
  { train, validation, test }: ImageTaskData["images"],
  batchSize: number,
  seed: number,
): Batches<Matrix> {
  return {
    train: (epoch) => imageBatches(train, { batchSize, seed, epoch }),
    stepsPerEpoch: Math.ceil(train.labels.length / batchSize),
    validation: () => imageBatches(validation, { batchSize: EVALUATION_BATCH }),
    test: () => imageBatches(test, { batchSize: EVALUATION_BATCH }),
  };
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
