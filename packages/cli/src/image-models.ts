import type { Rng } from "@ltt/core";
import { ConvNet, initialisers, LeNet5, LeNet300, type Model, ResNet, Vgg } from "@ltt/layers";

/** What classifies images. */
export const IMAGE_MODELS = [
  "lenet-300-100",
  "lenet-5",
  "conv-2",
  "conv-4",
  "conv-6",
  "resnet-20",
  "vgg-11",
  "vgg-16",
  "vgg-19",
] as const;
export type ImageModel = (typeof IMAGE_MODELS)[number];

/**
 * What weights start from, biases and β at 0. `glorot`: Glorot-normal, γ at 1, as in Frankle & Carbin (2019). `kaiming`: Kaiming-normal by
 * fan-in, γ uniform in [0, 1], as in Frankle et al. (2020); of networks with batch normalisation.
 */
export type ImageStart = "glorot" | "kaiming";

/** In a report. */
export const MODEL_TITLES: Readonly<Record<ImageModel, string>> = {
  "lenet-300-100": "LeNet-300-100",
  "lenet-5": "LeNet-5",
  "conv-2": "Conv-2",
  "conv-4": "Conv-4",
  "conv-6": "Conv-6",
  "resnet-20": "ResNet-20",
  "vgg-11": "VGG-11",
  "vgg-16": "VGG-16",
  "vgg-19": "VGG-19",
};

export const START_WORDS: Readonly<Record<ImageStart, string>> = {
  glorot: "weights start Glorot-normal, biases at 0",
  kaiming: "weights start Kaiming-normal (fan-in), γ uniform in [0, 1], biases and β at 0",
};

const DEPTHS = {
  "conv-2": 2,
  "conv-4": 4,
  "conv-6": 6,
  "vgg-11": 11,
  "vgg-16": 16,
  "vgg-19": 19,
} as const;

/** Whether a model has batch normalisation. */
export function isDeep(model: ImageModel): boolean {
  return model === "resnet-20" || model.startsWith("vgg");
}

/** Whether a model takes images as rows of pixels. */
export function takesRows(model: ImageModel): boolean {
  return model === "lenet-300-100";
}

/** The sizes of the images, and of the answer. */
export interface ImageSizes {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly outputs: number;
}

/** A model with fresh weights. @throws {RangeError} if it cannot take images of this size. */
export function imageModelOf(
  model: ImageModel,
  { channels, height, width, outputs }: ImageSizes,
  start: ImageStart = "glorot",
): (rng: Rng) => Model<never> {
  const deep = {
    channels,
    outputs,
    ...(start === "kaiming"
      ? { initialiser: initialisers.kaimingNormal(), gamma: initialisers.uniform({ low: 0, high: 1 }) }
      : {}),
  };
  switch (model) {
    case "lenet-300-100":
      return (rng) => new LeNet300({ inputs: channels * height * width, outputs }, rng);
    case "lenet-5":
      return (rng) => new LeNet5({ size: height, channels, outputs }, rng);
    case "conv-2":
    case "conv-4":
    case "conv-6":
      return (rng) => new ConvNet({ depth: DEPTHS[model], size: height, channels, outputs }, rng);
    case "resnet-20":
      return (rng) => new ResNet(deep, rng);
    case "vgg-11":
    case "vgg-16":
    case "vgg-19":
      return (rng) => new Vgg({ ...deep, depth: DEPTHS[model] }, rng);
  }
}

/**
 * The groups that rates and exclusions name: `norms` (γ and β) and `biases`, since image experiments prune weights only; `convolutions`,
 * `shortcuts` (1×1) and the `output`, which are pruned at rates of their own or not at all; `hidden` are other dense layers.
 */
export function imageGroup(tensor: string): string {
  if (/(^|\.)(bn\d|norms\.\d+|downsample\.1)\.\w+$/.test(tensor)) return "norms";
  if (tensor.endsWith(".bias")) return "biases";
  if (/(^|\.)downsample\.0\./.test(tensor)) return "shortcuts";
  if (/(^|\.)(convs\.\d+|conv\d)\./.test(tensor)) return "convolutions";
  return /^(output|fc)\./.test(tensor) ? "output" : "hidden";
}
