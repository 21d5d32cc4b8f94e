import type { Rng, TokenMatrix } from "@ltt/core";
import {
  buildVocabulary,
  createTokeniser,
  type Encoded,
  type Example,
  encodeExamples,
  textBatches,
} from "@ltt/data/browser";
import { TextCnn } from "@ltt/layers";
import type { Subject } from "./subject.ts";

const BATCH = 50;
const HELD_OUT_SHARE = 0.25;
const MAX_LENGTH = 80;

/** The file that the build makes of the e-mails, in a random order. */
export interface TextSample {
  readonly classes: readonly string[];
  readonly examples: readonly Example[];
}

/** Kim's CNN, with fewer filters, on a sample of e-mails. */
export interface Texts extends Subject<TokenMatrix, string> {
  /** The word of each row of the embedding. */
  readonly words: readonly string[];
}

export function texts({ classes, examples }: TextSample): Texts {
  const tokenise = createTokeniser({ lowercase: true });
  const first = Math.floor(examples.length * (1 - HELD_OUT_SHARE));
  const parts = { train: examples.slice(0, first), heldOut: examples.slice(first) };
  const limits = { maxSize: 6000, maxLength: MAX_LENGTH };
  const vocabulary = buildVocabulary(
    parts.train.map(({ text }) => tokenise(text)),
    limits,
  );
  const encode = (some: readonly Example[]): Encoded =>
    encodeExamples(some, { tokenise, vocabulary, maxLength: MAX_LENGTH });
  const train = encode(parts.train);
  const heldOut = encode(parts.heldOut);
  return {
    classes,
    words: vocabulary.words,
    model: (rng: Rng) => new TextCnn({ rows: vocabulary.size, outputs: 1, dim: 50, filters: 50 }, rng),
    training: (epoch) => textBatches(train, { batchSize: BATCH, seed: 1, epoch }),
    stepsPerEpoch: Math.ceil(train.labels.length / BATCH),
    heldOut: () => textBatches(heldOut, { batchSize: 250 }),
    epochs: 4,
    learningRate: 5e-3,
    rounds: 6,
    rate: (tensor) => (tensor.endsWith("bias") ? 0 : tensor === "linear.weight" ? 0.25 : 0.5),
    pictured: ["embedding.weight", "convs.0.weight"],
    examples: parts.heldOut.length,
    example: (index) => {
      const { text, label } = parts.heldOut[index]!;
      return { question: text, label };
    },
    ask: (text) => textBatches(encode([{ text, label: 0 }]), { batchSize: 1 }).next().value!,
  };
}
