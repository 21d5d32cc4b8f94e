import { stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { noGrad, scope, sigmoid, softmax, stream, type TokenMatrix } from "@ltt/core";
import { batches, createTokeniser, encodeTokens, PADDING, planEvaluation } from "@ltt/data";
import { decodeCheckpoint, type Model, TextCnn, TextLstm, withParameters } from "@ltt/layers";
import { FolderStore, INIT, RunFolderError, type StoredFiles } from "@ltt/lottery";
import { type Encoding, readEncoding } from "./encoding.ts";
import { encodedOf, lineageOf } from "./node-files.ts";

/** What a network says of a text. */
export interface Answer {
  /** The most probable class; where a text may have several, those with a probability of at least ½, the most probable first. */
  readonly labels: readonly string[];
  /** Of each class, in the order of `classes`. */
  readonly probabilities: readonly number[];
}

/** A trained network of a run folder, with all that it takes to ask it about texts. */
export interface Classifier {
  readonly classes: readonly string[];
  /** Answers in the order of the texts; a text's answer depends on no other. */
  classify(texts: readonly string[]): Promise<Answer[]>;
}

/** Texts that are computed together. */
const BATCH = 64;

/**
 * The trained network of a node's folder, `RUN/nodes/HASH`: its best weights, and the vocabulary that the run kept. Needs no data set.
 *
 * @throws {RunFolderError} if it is no such folder, is damaged, or was not trained on texts.
 */
export async function openClassifier(folder: string): Promise<Classifier> {
  const [run, hash] = [dirname(dirname(resolve(folder))), basename(resolve(folder))];
  const isThere = await stat(resolve(folder, "weights.safetensors")).catch(() => undefined); // a store that is opened makes its folders
  const stored = isThere && (await (await FolderStore.open(run)).read(hash));
  if (stored === undefined)
    throw new RunFolderError(
      `${folder}: is no trained network: name its folder, RUN/nodes/HASH; hashes stand in metrics.csv`,
    );
  const encoding = await readEncoding(run, encodedOf(stored));
  const model = modelOf(stored);
  return { classes: encoding.classes, classify: (texts) => classify(model, encoding, texts) };
}

async function classify(model: Model<TokenMatrix>, encoding: Encoding, texts: readonly string[]): Promise<Answer[]> {
  const { classes, maxLength, vocabulary, several = false } = encoding;
  const tokenise = createTokeniser();
  const ids = texts.map((text) => vocabulary.encode(tokenise(text).slice(0, maxLength ?? undefined)));
  const encoded = encodeTokens(
    ids,
    ids.map(() => 0),
  );
  const plan = planEvaluation(encoded, BATCH);
  const answers = new Array<Answer>(texts.length);
  let next = 0;
  for (const { input, lengths } of batches(encoded, plan)) {
    const { reading } = scope(() => {
      const logits = noGrad(() => model.forward(input, { lengths }));
      const isOneOf = logits.shape[1] > 1 && !several;
      return { reading: (isOneOf ? softmax(logits) : sigmoid(logits)).read() };
    });
    const values = await reading;
    const outputs = values.length / input.shape[0];
    for (let i = 0; i < input.shape[0]; i++) {
      const own = Array.from(values.subarray(i * outputs, (i + 1) * outputs));
      const probabilities = outputs === 1 && classes.length === 2 ? [1 - own[0]!, own[0]!] : own;
      answers[plan.order[next++]!] = { labels: labelsOf(classes, probabilities, several), probabilities };
    }
  }
  return answers;
}

function labelsOf(classes: readonly string[], probabilities: readonly number[], several: boolean): string[] {
  const places = [...probabilities.keys()].sort((a, b) => probabilities[b]! - probabilities[a]!);
  const said = several ? places.filter((place) => probabilities[place]! >= 0.5) : places.slice(0, 1);
  return said.map((place) => classes[place]!);
}

/** The model of a network, with its trained weights: what its first node says of the architecture. */
function modelOf(stored: StoredFiles): Model<TokenMatrix> {
  const { place, files } = stored;
  const architecture = lineageOf(stored).find(({ op }) => op === INIT.name)?.params?.architecture ?? {};
  const { model, rows, outputs, hidden } = architecture as Partial<Architecture>;
  if ((model !== "text-cnn" && model !== "text-lstm") || rows === undefined || outputs === undefined)
    throw new RunFolderError(
      `${place}: its model is ${JSON.stringify(model)}; only text-cnn and text-lstm can be asked about texts`,
    );
  const options = { rows, outputs, paddingId: PADDING };
  const rng = stream(0); // all that is drawn is replaced
  const made =
    model === "text-cnn"
      ? new TextCnn(options, rng)
      : new TextLstm({ ...options, ...(hidden === undefined ? {} : { hidden }) }, rng);
  const path = `${place}/weights.safetensors`;
  const { weights, buffers } = decodeCheckpoint(files.get("weights.safetensors")!, path);
  return withParameters(made, new Map([...weights, ...buffers]));
}

interface Architecture {
  readonly model: string;
  readonly rows: number;
  readonly outputs: number;
  readonly hidden?: number;
}
