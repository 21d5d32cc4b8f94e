import { type ExperimentSettings, FAULTS, STANDARD_ARMS } from "@ltt/lottery";
import { isCnn, isReuters, sentenceSetOf, type TextPair } from "./pairs.ts";
import type { TaskSettings } from "./prepare-encoded.ts";
import type { TextProfile } from "./profile-names.ts";

/** Everything that decides a run of texts. */
export interface TextRunSettings extends TaskSettings {
  readonly experiment: ExperimentSettings;
}

const CONTROLS =
  "controls have the ticket's pattern and fresh weights in every tensor, or its initial weights " +
  "shuffled; late rewinding goes back to the end of epoch 1 and trains on from there; all sparsities are judged at once.";

const NOTES: Record<TextProfile, readonly string[]> = {
  quick: [
    "Quick profile: few texts, cut short, few epochs, half of the weights removed a round, and of " +
      "an LSTM a quarter of the units. A first look, never a claim.",
  ],
  corrected: [
    "Corrected profile: data, models, optimiser and rounds of the published experiment (2020) without its faults. Reviews are cut at " +
      `400 tokens, descriptions at 64; ${CONTROLS}`,
  ],
  "published-2020": [
    `Published-2020 profile: the faults of the published experiment are re-enacted: ${FAULTS.join(", ")}. Its figures show what these ` +
      "faults do, not what lottery tickets do.",
  ],
};

const UNPUBLISHED_CORRECTED =
  "Corrected profile: models, optimiser and rounds of the published experiment (2020) without its faults; texts are cut at 400 " +
  `tokens; ${CONTROLS}`;

/** What a report must say about a profile of a pair. */
export function notesOf(pair: TextPair, profile: TextProfile): readonly string[] {
  const own = ownChoice(pair);
  if (own === undefined || profile === "quick") return NOTES[profile];
  return [...(profile === "corrected" ? [UNPUBLISHED_CORRECTED] : NOTES[profile]), own];
}

/** A note where a pair has no published lottery: what it has in the place of published settings. */
function ownChoice(pair: TextPair): string | undefined {
  if (sentenceSetOf(pair) !== undefined)
    return (
      "Sentences have no published lottery. Unless the settings say otherwise, batches of 50, at most 25 epochs, what the " +
      "embedding starts from, and a test and a validation part of a tenth, where the data has none, are Kim's (EMNLP 2014)."
    );
  if (isReuters(pair))
    return (
      "Newswire has no published lottery. Unless the settings say otherwise, learning rate and batches are those of AG News, " +
      "with at most 30 epochs; a fifth of the training part validates."
    );
  if (pair === "spam-cnn")
    return (
      "E-mails have no published lottery. Unless the settings say otherwise, learning rate and batches are those of AG News, " +
      "with at most 10 epochs; a fifth of the e-mails tests, and 0.3 of the others validate."
    );
  return undefined;
}

/**
 * The settings of a profile for a pair. `published-2020` is the experiment of S. Hong (2020) with the faults of its code; `corrected`
 * is the same without them; `quick` takes minutes.
 */
export function settingsOf(pair: TextPair, profile: TextProfile): TextRunSettings {
  const published = unpublishedSettings(pair) ?? publishedSettings(pair);
  if (profile === "published-2020") return published;
  const corrected: TextRunSettings = {
    experiment: {
      ...published.experiment,
      arms: STANDARD_ARMS,
      seeds: [1, 2, 3],
      rewindTo: { epoch: 1 },
      // Three epochs without improvement, as published, looked at eight times an epoch.
      evaluationsPerEpoch: 8,
      patience: 24,
      faults: [],
    },
    data: { ...published.data, maxLength: pair.startsWith("ag-news") ? 64 : 400 },
    model: published.model,
  };
  if (profile === "corrected") return corrected;
  return {
    experiment: {
      ...corrected.experiment,
      seeds: [1],
      rounds: 3,
      rate: 0.5,
      epochs: 3,
      learningRate: pair === "imdb-lstm" ? 2e-3 : 5e-3, // so few steps need long ones
    },
    data: {
      ...corrected.data,
      trainSize: pair === "imdb-lstm" ? 2800 : 1400,
      maxLength: pair.startsWith("ag-news") ? 40 : 80,
      vocabularySize: 10_000,
      ...(corrected.data.phrases === undefined ? {} : { phrases: false }),
    },
    model: isCnn(pair) ? corrected.model : { ...corrected.model, hidden: 64 },
  };
}

function publishedSettings(pair: TextPair): TextRunSettings {
  const imdb = pair.startsWith("imdb");
  return {
    experiment: {
      arms: ["winning-ticket", "random-reinit", "late-rewinding"],
      seeds: [1],
      rounds: 20,
      rate: 0.2,
      epochs: pair === "imdb-cnn" ? 20 : 10,
      learningRate: imdb ? 5e-3 : 1e-3,
      patience: 3,
      evaluationsPerEpoch: 1,
      rewindTo: { epoch: 1 },
      faults: FAULTS,
    },
    data: { vocabularySize: isCnn(pair) ? 50_000 : 25_000, batchSize: 64 },
    model: { embedding: { vectors: "normal", frozen: false } },
  };
}

/** Of data without a published lottery. */
function unpublishedSettings(pair: TextPair): TextRunSettings | undefined {
  if (sentenceSetOf(pair) !== undefined) return sentenceSettings(pair);
  return isReuters(pair) ? reutersSettings(pair) : undefined;
}

/**
 * Newswire with several topics: model, optimiser, batches and rounds are those of AG News, on the ten most frequent topics; a fifth of the
 * ModApté training part validates; 30 epochs, since they are short (the dense CNN of R10 was best at step 1,630 of the 1,640 of 20); all
 * measures are kept over epochs, on training texts too (Unverzagt's accuracy, precision and recall).
 */
function reutersSettings(pair: TextPair): TextRunSettings {
  const { experiment, data, model } = publishedSettings(pair);
  return {
    experiment: { ...experiment, epochs: 30, measureTraining: true },
    data: { ...data, validationFraction: 0.2 },
    model,
  };
}

/**
 * Sentences have no published lottery: model, optimiser and rounds are those of the other pairs; batches, epochs, the test part of a tenth
 * and the validation part of a tenth of the rest are Kim's (EMNLP 2014, §3.1, §3.2, and his code), and so is what the embedding starts
 * from: N(0, 1), with which few texts are fitted before they are learnt, is worse by points.
 */
function sentenceSettings(pair: TextPair): TextRunSettings {
  const { experiment, data, model } = publishedSettings(pair);
  return {
    experiment: { ...experiment, epochs: 25 },
    data: {
      ...data,
      batchSize: 50,
      testFraction: 0.1,
      validationFraction: 0.1,
      ...(sentenceSetOf(pair) === "sst2" ? { phrases: true } : {}),
    },
    model: { ...model, embedding: { vectors: "uniform", frozen: false } },
  };
}
