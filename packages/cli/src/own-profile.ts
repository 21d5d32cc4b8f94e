import type { OwnTexts } from "@ltt/data";
import type { TextProfile } from "./profile-names.ts";
import { settingsOf, type TextRunSettings } from "./profiles.ts";
import type { RunOptions } from "./run-options.ts";
import type { OwnData } from "./subject.ts";

/** What a report must say about a profile of texts of the user's; there is none for a published experiment. */
export const OWN_NOTES: Readonly<Record<TextProfile, readonly string[]>> = {
  quick: [
    "Quick profile: few texts, cut at 80 tokens, few epochs, half of the weights removed a round, and of an LSTM a quarter of the " +
      "units. A first look, never a claim.",
  ],
  corrected: [
    "Corrected profile: models, optimiser and rounds of the pairs; texts are cut at 400 tokens; controls have the ticket's pattern and " +
      "fresh weights in every tensor, or its initial weights shuffled; late rewinding goes back to the end of epoch 1 and trains on " +
      "from there; all sparsities are judged at once. Epochs are chosen by the number of texts.",
  ],
  "published-2020": [],
};

/** Texts to train on in the quick profile, at most; about how many steps a network trains, and the epochs that this may take. */
const QUICK = { texts: 2800, steps: 132, epochs: [3, 20] } as const;
const CORRECTED = { steps: 4000, epochs: [3, 40] } as const;

/**
 * The settings of a profile for texts of the user's: those of the AG News pair of the same model, with a learning rate of 0.001 and texts
 * as long as reviews. Epochs are those of `sizedOptions`, which knows how many texts there are.
 *
 * @throws {RangeError} for the profile of a published experiment.
 */
export function ownSettings({ model, columns }: OwnData, profile: TextProfile): TextRunSettings {
  if (profile === "published-2020") {
    throw new RangeError(
      "--profile published-2020 re-enacts a published experiment; for texts of your own: quick or corrected",
    );
  }
  const { experiment, data, model: network } = settingsOf(`ag-news-${model}`, profile);
  const isQuick = profile === "quick";
  const measured = columns.labels === undefined ? {} : { measureTraining: true }; // F1, precision and recall over epochs
  return {
    experiment: { ...experiment, learningRate: isQuick ? (model === "cnn" ? 5e-3 : 2e-3) : 1e-3, ...measured },
    data: { ...data, trainSize: undefined, maxLength: isQuick ? 80 : 400 },
    model: network,
  };
}

/**
 * The options with what depends on how many texts there are: as many epochs as make 4,000 steps (quick: as 3 epochs of its texts), 3 at
 * least and 40 (20) at most.
 */
export function sizedOptions(options: RunOptions, own: OwnData, sizes: OwnTexts["sizes"]): RunOptions {
  const isQuick = options.profile === "quick";
  const trainSize = options.trainSize ?? (isQuick ? Math.min(QUICK.texts, sizes.train) : undefined);
  const { batchSize = ownSettings(own, isQuick ? "quick" : "corrected").data.batchSize } = options;
  const stepsPerEpoch = Math.ceil((trainSize ?? sizes.train) / batchSize);
  const { steps, epochs } = isQuick ? QUICK : CORRECTED;
  const sized = Math.min(epochs[1], Math.max(epochs[0], Math.ceil(steps / stepsPerEpoch)));
  return { ...options, trainSize, epochs: options.epochs ?? sized };
}
