import type { ExperimentSettings } from "@ltt/lottery";
import { CROP_AND_FLIP } from "./image-augment.ts";
import { type ImageModel, isDeep } from "./image-models.ts";
import { type ImagePair, type ImageSettings, modelOfPair } from "./image-pairs.ts";
import { IMAGE_PROFILES, type ImageProfile } from "./profile-names.ts";
import type { OwnImages } from "./subject.ts";

export type ImageRunSettings = ImageSettings & { readonly experiment: ExperimentSettings };

/** What a report must say about a profile. */
const IMAGE_NOTES: Record<ImageProfile, readonly string[]> = {
  quick: [
    "Quick profile: few of the images, few steps, half of the weights removed a round. A first look, never a claim.",
  ],
  paper: [
    "Paper profile: network, optimiser, steps and rates of Frankle & Carbin (2019). Cuts score the weights that training ended with, " +
      "as published; accuracies are those at the step of the lowest validation loss, unless said to be at the end. Biases are not " +
      "pruned, but counted: sparsities are fractions of all that is trained.",
  ],
  rewinding: [
    "Rewinding profile: network, optimiser, epochs and rates of Frankle et al. (2020), where they go back to step 2,000. Late rewinding " +
      "trains on from the rewinding moment, and so do its re-initialised control and the learning rate. Cuts score the weights that training ended " +
      "with. Biases, γ and β are not pruned, but counted.",
  ],
};

/** A note where a pair has no published settings. */
const OWN_CHOICE: Partial<Record<ImagePair, string>> = {
  "fashion-lenet": "Fashion-MNIST has no published settings: those of MNIST are taken.",
  "mnist-conv2": "MNIST has no published settings for this network: those of CIFAR-10 are taken.",
  "mnist-conv4": "MNIST has no published settings for this network: those of CIFAR-10 are taken.",
  "mnist-conv6": "MNIST has no published settings for this network: those of CIFAR-10 are taken.",
  "mnist-vgg11":
    "MNIST has no published settings for this network: those of VGG-19 on CIFAR-10 are " +
    "taken, but a tenth of the steps and no augmentation.",
  "cifar-vgg16": "VGG-16 has no settings of its own in the 2019 paper: those of VGG-19 are taken.",
};

export function imageNotesOf(pair: ImagePair, profile: ImageProfile): readonly string[] {
  const own = profile === "rewinding" && pair !== "mnist-vgg11" ? undefined : OWN_CHOICE[pair];
  return [...IMAGE_NOTES[profile], ...(own === undefined ? [] : [own])];
}

/** The profiles of a network: rewinding is published of deep ones. */
export function imageProfilesOf(model: ImageModel): readonly ImageProfile[] {
  return IMAGE_PROFILES.filter((profile) => profile !== "rewinding" || isDeep(model));
}

/**
 * The settings of a profile for a pair of images: Frankle & Carbin (ICLR 2019), fig. 2 and appendices G–I, or Frankle et al. (ICML 2020);
 * `quick` is a first look.
 */
export function imageSettingsOf(pair: ImagePair, profile: ImageProfile): ImageRunSettings {
  const model = modelOfPair(pair);
  const isMnist = !pair.startsWith("cifar");
  if (profile === "rewinding") return rewinding(model, isMnist);
  const paper = isDeep(model) ? deep(model, isMnist) : shallow(model);
  return profile === "paper" ? paper : quick(paper, model);
}

/** What a report must say of images of the user's. */
function ownImagesNote(model: ImageModel, profile: ImageProfile): string {
  const none = "Images of your own have no published settings";
  if (model === "lenet-5") return `${none}, nor has LeNet-5 in the 2019 paper: those of its other networks are taken.`;
  const shortened = profile === "paper" && model.startsWith("vgg") ? ", and a tenth of the steps" : "";
  return `${none}: those of the network on MNIST or CIFAR-10 are taken, without augmentation${shortened}.`;
}

/** The settings of a profile for images of the user's. */
export function ownImageSettings(
  { model }: OwnImages,
  profile: ImageProfile,
): { readonly settings: ImageRunSettings; readonly notes: readonly string[] } {
  const isPlain = true;
  const found =
    profile === "rewinding" ? rewinding(model, isPlain) : isDeep(model) ? deep(model, isPlain) : shallow(model);
  const settings = profile === "quick" ? quick(found, model) : found;
  return { settings, notes: [...IMAGE_NOTES[profile], ownImagesNote(model, profile)] };
}

/** What all have in common. */
const COMMON: Omit<ExperimentSettings, "learningRate"> = {
  arms: ["winning-ticket", "random-reinit", "shuffled-init"],
  seeds: [1, 2, 3, 4, 5],
  rounds: 20,
  rate: 0.2,
  exclude: ["biases"],
  cutAt: "end",
  evaluateEnd: true,
  evaluateEvery: 100,
  patience: null,
  rewindTo: { step: 500 },
  faults: [],
};

type Shallow = "lenet-300-100" | "lenet-5" | "conv-2" | "conv-4" | "conv-6";

/** Steps, Adam's learning rate, and what goes of convolutions each round. LeNet-5 has no settings in the paper. */
const SHALLOW: Readonly<Record<Shallow, { steps: number; learningRate: number; convolutions?: number }>> = {
  "lenet-300-100": { steps: 50_000, learningRate: 1.2e-3 },
  "lenet-5": { steps: 20_000, learningRate: 1.2e-3, convolutions: 0.1 },
  "conv-2": { steps: 20_000, learningRate: 2e-4, convolutions: 0.1 },
  "conv-4": { steps: 25_000, learningRate: 3e-4, convolutions: 0.1 },
  "conv-6": { steps: 30_000, learningRate: 3e-4, convolutions: 0.15 },
};

/** Adam, weights pruned by layer, the output at half the rate, convolutions at their own. */
function shallow(model: ImageModel): ImageRunSettings {
  const { steps, learningRate, convolutions } = SHALLOW[model as Shallow];
  const rates = { ...(convolutions === undefined ? {} : { convolutions }), output: 0.1 };
  return { experiment: { ...COMMON, rates, steps, learningRate }, data: { validationSize: 5000, batchSize: 60 } };
}

/**
 * SGD with momentum, weights pruned globally, the dense layer and 1×1 shortcuts whole. Of the three learning rates for ResNet-20 it is the
 * highest at which tickets were found.
 */
function deep(model: ImageModel, isMnist = false): ImageRunSettings {
  const common: Omit<ExperimentSettings, "learningRate"> = {
    ...COMMON,
    pool: "all",
    exclude: ["biases", "norms", "output", ...(model === "resnet-20" ? ["shortcuts"] : [])],
    optimiser: "sgd",
    momentum: 0.9,
    weightDecay: 1e-4,
    rewindTo: { step: 1000 },
  };
  const data = { validationSize: 5000, ...(isMnist ? {} : { augment: CROP_AND_FLIP }) };
  if (model === "resnet-20") {
    const schedule = { milestones: [{ step: 20_000 }, { step: 25_000 }] };
    const rates = { learningRate: 0.03, warmUp: { step: 20_000 }, schedule };
    return { experiment: { ...common, ...rates, steps: 30_000 }, data: { ...data, batchSize: 128 } };
  }
  const tenth = isMnist ? 10 : 1;
  const at = (step: number) => ({ step: step / tenth });
  const rates = { learningRate: 0.1, warmUp: at(10_000), schedule: { milestones: [at(56_240), at(84_360)] } };
  return { experiment: { ...common, ...rates, steps: 112_000 / tenth }, data: { ...data, batchSize: 64 } };
}

/**
 * Published as 160 epochs of 128 images, with the rewinding moment in steps. Of ResNet-20 all weights are pruned, of VGG not those of the
 * dense layer.
 */
function rewinding(model: ImageModel, isMnist: boolean): ImageRunSettings {
  const { experiment, data } = deep(model, isMnist);
  const { steps: _, warmUp: __, ...common } = experiment;
  return {
    experiment: {
      ...common,
      arms: ["winning-ticket", "random-reinit", "late-rewinding", "rewound-reinit"],
      seeds: [1, 2, 3],
      exclude: ["biases", "norms", ...(model === "resnet-20" ? [] : ["output"])],
      epochs: 160,
      learningRate: 0.1,
      schedule: { milestones: [{ epoch: 80 }, { epoch: 120 }] },
      rewindTo: { step: 2000 },
    },
    data: { ...data, batchSize: 128 },
    start: "kaiming",
  };
}

/** Sizes of a first look: images, batches, steps and validations. */
interface Quick {
  readonly trainSize: number;
  readonly batchSize?: number;
  readonly steps: number;
  readonly every: number;
  readonly rounds: number;
}

const QUICK: Readonly<Record<ImageModel, Quick>> = {
  "lenet-300-100": { trainSize: 5500, steps: 1500, every: 50, rounds: 4 },
  "lenet-5": { trainSize: 2000, steps: 300, every: 25, rounds: 4 },
  "conv-2": { trainSize: 1000, steps: 200, every: 25, rounds: 4 },
  "conv-4": { trainSize: 1000, steps: 200, every: 25, rounds: 4 },
  "conv-6": { trainSize: 1000, steps: 200, every: 25, rounds: 4 },
  "resnet-20": { trainSize: 1000, batchSize: 32, steps: 120, every: 20, rounds: 2 },
  "vgg-11": { trainSize: 320, batchSize: 16, steps: 60, every: 20, rounds: 2 },
  "vgg-16": { trainSize: 320, batchSize: 16, steps: 40, every: 20, rounds: 1 },
  "vgg-19": { trainSize: 320, batchSize: 16, steps: 40, every: 20, rounds: 1 },
};

/** Half of the weights go each round; the learning rate falls and climbs at the same parts of training. */
function quick({ experiment, data, start }: ImageRunSettings, model: ImageModel): ImageRunSettings {
  const { trainSize, batchSize = data.batchSize, steps, every, rounds } = QUICK[model];
  const { rates = {}, schedule, warmUp, ...rest } = experiment;
  const scaled = (step: number) => ({ step: Math.max(1, Math.round((step * steps) / experiment.steps!)) });
  const stepsOf = (moments: readonly object[]) => moments.map((moment) => scaled((moment as { step: number }).step));
  return {
    experiment: {
      ...rest,
      seeds: [1],
      rounds,
      rate: 0.5,
      ...(experiment.rates === undefined
        ? {}
        : { rates: Object.fromEntries(Object.keys(rates).map((name) => [name, 0.25])) }),
      ...(schedule === undefined ? {} : { schedule: { ...schedule, milestones: stepsOf(schedule.milestones) } }),
      ...(warmUp === undefined ? {} : { warmUp: stepsOf([warmUp])[0] }),
      rewindTo: steps < 1000 ? { step: every } : experiment.rewindTo,
      steps,
      evaluateEvery: every,
    },
    data: { ...data, ...(model === "lenet-300-100" ? {} : { validationSize: 2500 }), trainSize, batchSize },
    ...(start === undefined ? {} : { start }),
  };
}
