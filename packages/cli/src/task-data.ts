import { createHash } from "node:crypto";
import { type Rng, stream, type TokenMatrix } from "@ltt/core";
import { batchCount, batches, type Encoded, examplesAt, PADDING, planEpoch, planEvaluation, subset } from "@ltt/data";
import { type Model, TextCnn, type TextCnnOptions, TextLstm, type TextLstmOptions } from "@ltt/layers";
import { type Batches, constantF1, multiLabelClassification, type Task } from "@ltt/lottery";
import { type EmbeddingStart, embeddingOptions, randomOptions } from "./embedding-start.ts";
import { largestShare } from "./largest-share.ts";

/** All that a task of texts is made of, as data and nothing else. */
export interface TextTaskData {
  readonly corpus: string;
  readonly encoded: Readonly<Record<"train" | "validation" | "test", Encoded>>;
  readonly batchSize: number;
  readonly model: "text-cnn" | "text-lstm";
  /** Of the vocabulary. */
  readonly rows: number;
  readonly outputs: number;
  /** Units of each direction of each layer of an LSTM; the published 256 where it is left out. */
  readonly hidden: number | undefined;
  /** The probability of every dropout; the published 0.5 where it is left out. */
  readonly dropout?: number | undefined;
  /** Of an LSTM: gates are computed again, to the same bits: so it names no network, and is no part of the architecture. */
  readonly recompute?: boolean | undefined;
  readonly embedding: EmbeddingStart;
}

/** The same texts for every seed: seeds change initial weights, order and dropout, not what is learned from. */
export const SPLIT_SEED = 1;

/** Ids that a CNN evaluates at once: the more there are, the fewer words are new. An LSTM computes most of its work for each token. */
const AT_ONCE = 65_536;

/** Validation texts that are looked at during training, at most. */
export const MONITORED = 4096;

export function textTaskOf(data: TextTaskData): Task<TokenMatrix> {
  const { corpus, encoded, batchSize, model, rows, outputs, hidden, dropout, embedding } = data;
  const random = randomOptions(embedding);
  return {
    // Everything that a batch is made of: what was read, how it was split, cut and encoded shows in the ids.
    data: { name: corpus, encoded: digestOf(encoded), monitored: MONITORED, batchSize },
    architecture: {
      model,
      rows,
      outputs,
      ...(hidden === undefined ? {} : { hidden }),
      ...(dropout === undefined ? {} : { dropout }),
      ...(embedding.identity === undefined ? {} : { embedding: embedding.identity }),
    },
    model: creator(data, embeddingOptions(embedding)),
    ...(random === undefined ? {} : { randomModel: creator(data, random) }),
    batches: (seed) => batchesOf(encoded, { batchSize, seed, ...(model === "text-cnn" ? { atOnce: AT_ONCE } : {}) }),
    ...measured(encoded.test),
    embeddings: ["embedding.weight"],
    group: (tensor) => (tensor.startsWith("embedding.") ? "embedding" : "other"),
  };
}

function creator(
  { model, rows, outputs, hidden, dropout, recompute = false }: TextTaskData,
  embedding: TextLstmOptions["embedding"],
) {
  const options: TextLstmOptions & TextCnnOptions = { rows, outputs, paddingId: PADDING, embedding: embedding! };
  if (model === "text-cnn") {
    const dropped = dropout === undefined ? options : { ...options, dropout };
    return (rng: Rng): Model<TokenMatrix> => new TextCnn(dropped, rng);
  }
  const everywhere = { inputDropout: dropout!, layerDropout: dropout!, outputDropout: dropout! };
  const sized = {
    ...options,
    ...(hidden === undefined ? {} : { hidden }),
    ...(dropout === undefined ? {} : everywhere),
    recompute,
  };
  return (rng: Rng): Model<TokenMatrix> => new TextLstm(sized, rng);
}

/** Names what is learned from and measured on: other cleaning, tokens, splits or vocabulary make another run. */
export function digestOf(parts: Readonly<Record<string, Encoded>>): string {
  const hash = createHash("sha256");
  for (const [name, { ids, offsets, labels, several }] of Object.entries(parts)) {
    hash.update(`${name} ${labels.length} ${ids.length}\n`);
    for (const array of [ids, offsets, labels]) hash.update(array);
    if (several === undefined) continue;
    hash.update(`several of ${several.classes}: ${several.ids.length}\n`);
    for (const array of [several.ids, several.offsets]) hash.update(array);
  }
  return hash.digest("hex");
}

/** How answers to the test part are measured, and the measure of the best constant one. */
function measured(test: Encoded): Pick<Task, "chance" | "measure" | "measureName"> {
  if (test.several === undefined) return { chance: largestShare(test.labels) };
  const counts = new Array<number>(test.several.classes).fill(0);
  for (const label of test.several.ids) counts[label]!++;
  const chance = constantF1(counts, test.labels.length);
  return { chance, measure: multiLabelClassification, measureName: "micro-F1" };
}

function batchesOf(
  { train, validation, test }: { train: Encoded; validation: Encoded; test: Encoded },
  { batchSize, seed, ...evaluation }: { batchSize: number; seed: number; atOnce?: number },
): Batches<TokenMatrix> {
  const evaluated = (part: Encoded) => batches(part, planEvaluation(part, batchSize, evaluation));
  const plan = (epoch: number) => planEpoch(train, { batchSize, seed, epoch });
  const monitored = examplesAt(validation, monitoredPart(validation.labels, MONITORED));
  const monitoredInTraining = () => examplesAt(train, monitoredPart(train.labels, monitored.labels.length));
  return {
    train: (epoch) => batches(train, plan(epoch)),
    stepsPerEpoch: batchCount(plan(1)),
    validation: () => evaluated(validation),
    monitor: () => evaluated(monitored),
    trainMonitor: () => evaluated(monitoredInTraining()),
    test: () => evaluated(test),
  };
}

/** At most so many of them, the same for every seed, every class in proportion. */
function monitoredPart(labels: Int32Array, size: number): Int32Array {
  if (labels.length <= size) return labels.map((_, i) => i);
  const examples = Array.from(labels, (label, i) => ({ text: String(i), label }));
  const part = subset("monitored", examples, size, stream(SPLIT_SEED, "subset", "monitored"));
  return Int32Array.from(part, ({ text }) => Number(text));
}
