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

/** The settings of a profile for a pair of images: Frankle & Carbin (ICLR 2019), fig. 2 and appendix G; `quick` takes two minutes. */
export function imageSettingsOf(
  _pair: ImagePair,
  profile: ImageProfile,
): ImageSettings & { experiment: ExperimentSettings } {
  const paper: ExperimentSettings = {
    arms: ["winning-ticket", "random-reinit", "shuffled-init"],
    seeds: [1, 2, 3, 4, 5],
    rounds: 20,
    rate: 0.2,
    rates: { output: 0.1 },
    exclude: ["biases"],
    cutAt: "end",
    evaluateEnd: true,
    steps: 50_000,
    evaluateEvery: 100,
    learningRate: 1.2e-3,
    patience: null,
    rewindTo: { step: 500 },
    faults: [],
  };
  const data = { validationSize: 5000, batchSize: 60 };
  if (profile === "paper") return { experiment: paper, data };
  return {
    experiment: { ...paper, seeds: [1], rounds: 4, rate: 0.5, rates: { output: 0.25 }, steps: 1500, evaluateEvery: 50 },
    data: { ...data, trainSize: 5500 },
  };
}
