import type { ExperimentSettings } from "@ltt/lottery";
import type { ImagePair, ImageSettings } from "./image-pairs.ts";
import type { ImageProfile } from "./profile-names.ts";

/** What a report must say about a profile. */
export const IMAGE_NOTES: Record<ImageProfile, readonly string[]> = {
  quick: [
    "Quick profile: a tenth of the images, few steps, half of the weights removed a round. A first look, never a claim.",
  ],
  paper: [
    "Paper profile: network, optimiser, steps and rates of Frankle & Carbin (2019). Cuts score the weights that training ended with, as published; accuracies are those " +
      "at the step of the lowest validation loss, unless said to be at the end. Biases are not pruned, but counted: sparsities are fractions of all that is trained.",
  ],
};

/** Steps, Adam's learning rate, and what goes of convolutions each round. */
const PAPER: Readonly<Record<ImagePair, { steps: number; learningRate: number; convolutions?: number }>> = {
  "mnist-lenet": { steps: 50_000, learningRate: 1.2e-3 },
  "cifar-conv2": { steps: 20_000, learningRate: 2e-4, convolutions: 0.1 },
  "cifar-conv4": { steps: 25_000, learningRate: 3e-4, convolutions: 0.1 },
  "cifar-conv6": { steps: 30_000, learningRate: 3e-4, convolutions: 0.15 },
};

/** The settings of a profile for a pair of images: Frankle & Carbin (ICLR 2019), fig. 2 and appendix G; `quick` is a first look. */
export function imageSettingsOf(
  pair: ImagePair,
  profile: ImageProfile,
): ImageSettings & { experiment: ExperimentSettings } {
  const { steps, learningRate, convolutions } = PAPER[pair];
  const rates = { ...(convolutions === undefined ? {} : { convolutions }), output: 0.1 };
  const paper: ExperimentSettings = {
    arms: ["winning-ticket", "random-reinit", "shuffled-init"],
    seeds: [1, 2, 3, 4, 5],
    rounds: 20,
    rate: 0.2,
    rates,
    exclude: ["biases"],
    cutAt: "end",
    evaluateEnd: true,
    steps,
    evaluateEvery: 100,
    learningRate,
    patience: null,
    rewindTo: { step: 500 },
    faults: [],
  };
  const data = { validationSize: 5000, batchSize: 60 };
  if (profile === "paper") return { experiment: paper, data };
  return {
    experiment: {
      ...paper,
      seeds: [1],
      rounds: 4,
      rate: 0.5,
      rates: { ...(convolutions === undefined ? {} : { convolutions: 0.25 }), output: 0.25 },
      steps: convolutions === undefined ? 1500 : 200,
      evaluateEvery: convolutions === undefined ? 50 : 25,
    },
    data:
      convolutions === undefined ? { ...data, trainSize: 5500 } : { ...data, validationSize: 2500, trainSize: 1000 },
  };
}
