import { stream } from "@ltt/core";
import type { Encoded, ReutersTopics, Vocabulary } from "@ltt/data";
import { countParameters } from "@ltt/layers";
import { type EmbeddingSettings, type GloveAccess, initialEmbedding } from "./embedding.ts";
import type { PreparedTask } from "./prepared-task.ts";
import { MONITORED, type TextTaskData, textTaskOf } from "./task-data.ts";

/** What of the data is used, and how. */
export interface DataSettings {
  /** Training texts; all where it is left out. Validation and test then have 3/7 as many, or what there is. */
  readonly trainSize?: number | undefined;
  /** Texts are cut after so many tokens; never where it is left out. */
  readonly maxLength?: number | undefined;
  /** Words kept, the unknown one and padding not counted. */
  readonly vocabularySize: number;
  readonly batchSize: number;
  /** Of a corpus without a test part: the fraction that becomes one. Default 0.2. */
  readonly testFraction?: number | undefined;
  /** Which of the test parts of a cross-validation, from 1. Default the first. */
  readonly fold?: number | undefined;
  /** Of a corpus without a validation part: the fraction, of what is not for testing, that becomes one. Default 0.3. */
  readonly validationFraction?: number | undefined;
  /** Of Reuters-21578: the most frequent topics, or all 90. Default 10. */
  readonly topics?: ReutersTopics | undefined;
  /** Of the treebank: train on phrases, not on sentences only. */
  readonly phrases?: boolean | undefined;
}

/** The model, where it may differ from the published one. */
interface ModelSettings {
  readonly embedding: EmbeddingSettings;
  /** Units of each direction of each layer of an LSTM; the published 256 where it is left out. */
  readonly hidden?: number | undefined;
  /** The probability of every dropout; the published 0.5 where it is left out. */
  readonly dropout?: number | undefined;
  /** Of an LSTM: compute gates again instead of keeping them. */
  readonly recompute?: boolean | undefined;
}

/** What a task is made with. */
export interface TaskSettings {
  readonly data: DataSettings;
  readonly model: ModelSettings;
}

/** Texts that are read, split and encoded, and what is told of them. */
export interface EncodedTexts {
  /** In the hashes of all nodes. */
  readonly name: string;
  /** What a report calls them. Default the name. */
  readonly title?: string;
  readonly classes: readonly string[];
  /** Texts that were read. */
  readonly read: number;
  readonly encoded: Readonly<Record<"train" | "validation" | "test", Encoded>>;
  readonly vocabulary: Vocabulary;
  /** Texts of the test part that are in training or validation too. */
  readonly repeatsInTest: number;
}

/**
 * The task of classifying encoded texts by a model.
 *
 * @param access - Where vectors for the embedding are looked for, and what hears of them.
 */
export async function prepareEncoded(
  { name, title = name, classes, read, encoded, vocabulary, repeatsInTest }: EncodedTexts,
  model: TextTaskData["model"],
  settings: TaskSettings,
  access: GloveAccess,
): Promise<PreparedTask> {
  const { maxLength, batchSize, fold } = settings.data;
  const { hidden, dropout, recompute } = settings.model;
  const outputs = classes.length === 2 && encoded.train.several === undefined ? 1 : classes.length;
  const embedding = await initialEmbedding(settings.model.embedding, vocabulary, encoded.train, access);
  const data: TextTaskData = {
    corpus: name,
    encoded,
    batchSize,
    model,
    rows: vocabulary.size,
    outputs,
    hidden,
    dropout,
    recompute,
    embedding: embedding.start,
  };
  const task = textTaskOf(data);
  const sizes = {
    train: encoded.train.labels.length,
    validation: encoded.validation.labels.length,
    test: encoded.test.labels.length,
  };
  const dataset = [
    `${title}, ${read} texts read`,
    `${sizes.train} to train, ${sizes.validation} to validate, ${sizes.test} to test`,
    classWords(classes),
    ...severalWords(encoded.train),
    `${vocabulary.size} vocabulary rows`,
    ...(fold === undefined ? [] : [`fold ${fold} is the test part`]),
    maxLength === undefined ? "whole texts" : `texts cut at ${maxLength} tokens`,
    `${repeatsInTest} of ${sizes.test} test texts also stand in training or validation`,
  ];
  return {
    task,
    data,
    encoding: {
      corpus: title,
      classes,
      maxLength: maxLength ?? null,
      vocabulary,
      ...(encoded.train.several === undefined ? {} : { several: true }),
    },
    dataset: dataset.join("; "),
    words: [
      ...(model === "text-cnn" ? [] : [["hidden units", `${hidden ?? 256} of each direction of 2 layers`] as const]),
      ...(dropout === undefined ? [] : [["dropout", String(dropout)] as const]),
      ["embedding", embedding.description],
    ],
    notes: embedding.notes,
    parameters: countParameters(task.model(stream(0))),
    stepsPerEpoch: Math.ceil(sizes.train / batchSize),
    examples: "texts",
    monitored: Math.min(MONITORED, sizes.validation),
  };
}

function severalWords({ labels, several }: Encoded): string[] {
  if (several === undefined) return [];
  return [`several a text, ${(several.ids.length / labels.length).toFixed(2)} in the mean`];
}

/** All of them, or how many there are and the first. */
function classWords(classes: readonly string[]): string {
  if (classes.length <= 20) return `classes ${classes.join(", ")}`;
  return `${classes.length.toLocaleString("en-US")} classes: ${classes.slice(0, 10).join(", ")}, …`;
}
