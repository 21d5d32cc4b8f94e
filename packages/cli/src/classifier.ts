import { noGrad, scope, sigmoid, softmax, tensor } from "@ltt/core";
import { batches, createTokeniser, encodeTokens, planEvaluation, type Vocabulary } from "@ltt/data";
import type { ImageShape, Network } from "./architecture.ts";

/** What a network is asked about: a text, or the brightness of an image's pixels from 0 to 1, `[channels, height, width]`. */
export type Question = string | ArrayLike<number>;

/** What a network says. */
export interface Answer {
  /** The most probable class; where there may be several, those with a probability of at least ½, the most probable first. */
  readonly labels: readonly string[];
  /** Of each class, in the order of `classes`. */
  readonly probabilities: readonly number[];
}

/** A trained network with all that it takes to ask it. */
export interface Classifier {
  readonly classes: readonly string[];
  /** `[channels, height, width]` of a network that takes images; `undefined` where it takes texts. */
  readonly imageShape: ImageShape | undefined;
  /**
   * Answers in the order of the questions; an answer depends on no other question.
   *
   * @throws {TypeError} if a question is an image where the network takes texts, or a text where it takes images.
   * @throws {RangeError} if an image has another number of pixels, or brightness outside 0–1.
   */
  classify(questions: readonly Question[]): Promise<Answer[]>;
}

/** What a network's answers stand for, and how texts become its ids. */
export interface Meaning {
  readonly classes: readonly string[];
  /** Whether there may be several of the classes. */
  readonly several: boolean;
  /** Of a network that takes texts. */
  readonly encoding: TextEncoding | undefined;
}

interface TextEncoding {
  readonly vocabulary: Vocabulary;
  /** Tokens after which texts are cut; `null` where they are whole. */
  readonly maxLength: number | null;
}

/** Questions that are computed together. */
const BATCH = 64;

export function createClassifier(network: Network, { classes, several, encoding }: Meaning): Classifier {
  const tokenise = createTokeniser();
  const idsOf = (text: Question, i: number) => {
    if (typeof text !== "string") throw new TypeError(`question ${i} is an image; this network takes texts`);
    return encoding!.vocabulary.encode(tokenise(text).slice(0, encoding!.maxLength ?? undefined));
  };
  return {
    classes,
    imageShape: network.shape,
    async classify(questions) {
      const rows =
        network.takes === "texts"
          ? await textLogits(network, questions.map(idsOf))
          : await imageLogits(network, questions);
      const outputs = rows.length === 0 ? 0 : rows[0]!.length;
      const isOneOf = outputs > 1 && !several;
      const flat = tensor(rows.flat(), [rows.length, outputs]);
      const all = await (isOneOf ? softmax(flat) : sigmoid(flat)).read();
      return rows.map((_, i) => {
        const own = Array.from(all.subarray(i * outputs, (i + 1) * outputs));
        const probabilities = outputs === 1 && classes.length === 2 ? [1 - own[0]!, own[0]!] : own;
        return { labels: labelsOf(classes, probabilities, several), probabilities };
      });
    },
  };
}

function labelsOf(classes: readonly string[], probabilities: readonly number[], several: boolean): string[] {
  const places = [...probabilities.keys()].sort((a, b) => probabilities[b]! - probabilities[a]!);
  const said = several ? places.filter((place) => probabilities[place]! >= 0.5) : places.slice(0, 1);
  return said.map((place) => classes[place]!);
}

/** The logits of texts that are ids, a row each. */
export async function textLogits(
  { logits }: Extract<Network, { takes: "texts" }>,
  texts: readonly ArrayLike<number>[],
): Promise<number[][]> {
  const encoded = encodeTokens(
    texts,
    texts.map(() => 0),
  );
  const plan = planEvaluation(encoded, BATCH);
  const rows = new Array<number[]>(texts.length);
  let next = 0;
  for (const { input, lengths } of batches(encoded, plan)) {
    const { reading } = scope(() => ({ reading: noGrad(() => logits(input, lengths)).read() }));
    for (const row of rowsOf(await reading, input.shape[0])) rows[plan.order[next++]!] = row;
  }
  return rows;
}

/** The logits of images, a row each. */
export async function imageLogits(
  { shape, logits }: Extract<Network, { takes: "images" }>,
  images: readonly Question[],
): Promise<number[][]> {
  const size = shape[0] * shape[1] * shape[2];
  const rows: number[][] = [];
  for (let from = 0; from < images.length; from += BATCH) {
    const part = images.slice(from, from + BATCH);
    const values = new Float32Array(part.length * size);
    for (const [i, image] of part.entries()) {
      checkImage(image, size, from + i);
      values.set(image as ArrayLike<number>, i * size);
    }
    const { reading } = scope(() => ({
      reading: noGrad(() => logits(tensor(values, [part.length, size]))).read(),
    }));
    rows.push(...rowsOf(await reading, part.length));
  }
  return rows;
}

function checkImage(image: Question, size: number, at: number): void {
  if (typeof image === "string") throw new TypeError(`question ${at} is a text; this network takes images`);
  if (image.length !== size) throw new RangeError(`question ${at} has ${image.length} pixels; an image has ${size}`);
  const wrong = Array.prototype.findIndex.call(image, (value: unknown) => !(Number(value) >= 0 && Number(value) <= 1));
  if (wrong >= 0) throw new RangeError(`question ${at}: pixel ${wrong} is ${image[wrong]}; brightness is from 0 to 1`);
}

function rowsOf(values: ArrayLike<number>, rows: number): number[][] {
  const width = values.length / rows;
  return Array.from({ length: rows }, (_, i) => Array.from({ length: width }, (_, j) => values[i * width + j]!));
}
