import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { add, decodeSafetensors, dense, noGrad, tensor } from "@ltt/core";
import { CIFAR_10_CLASSES, FASHION_MNIST_CLASSES, parseVocabulary } from "@ltt/data";
import { decodeCheckpoint, encodeCheckpoint } from "@ltt/layers";
import { FolderStore, INIT, RunFolderError, type StoredFiles } from "@ltt/lottery";
import { type Architecture, architectureIn, type ImageShape, type Network, networkOf } from "./architecture.ts";
import { type Classifier, createClassifier, type Meaning } from "./classifier.ts";
import { type ImageEncoding, readEncoding, readImageEncoding } from "./encoding.ts";
import { dataOf, encodedOf, lineageOf } from "./node-files.ts";

/** A trained network as files have it: of a run folder, or exported. */
export interface TrainedNetwork extends Meaning {
  readonly place: string;
  /** The hash of its node. */
  readonly node: string;
  /** What it was trained on. */
  readonly corpus: string;
  readonly architecture: Architecture;
  /** Its weights file; see `weightsOf`. */
  readonly weights: Uint8Array;
}

/**
 * A trained network, ready to be asked: a node's folder in a run folder, `RUN/nodes/HASH`, or one that `ltt export --to safetensors` wrote.
 * It needs no data set.
 *
 *     const { classify } = await openClassifier("my-ticket");
 *     const [{ labels }] = await classify(["a text"]);
 *
 * @throws {RunFolderError} if it is no such folder, or is damaged.
 */
export async function openClassifier(folder: string): Promise<Classifier> {
  const trained = await openNetwork(folder);
  return createClassifier(networkOf(trained.architecture, trained.weights, trained.place), trained);
}

/** The files of a trained network; see `openClassifier`. */
export async function openNetwork(folder: string): Promise<TrainedNetwork> {
  return (await isThere(join(folder, TICKET_FILE))) ? readExported(folder) : readNode(folder);
}

async function readNode(folder: string): Promise<TrainedNetwork> {
  const [run, hash] = [dirname(dirname(resolve(folder))), basename(resolve(folder))];
  const isNetwork = await isThere(resolve(folder, "weights.safetensors")); // a store that is opened makes its folders
  const stored = isNetwork ? await (await FolderStore.open(run)).read(hash) : undefined;
  if (stored === undefined)
    throw new RunFolderError(
      `${folder}: is no trained network: name its folder, RUN/nodes/HASH, or an exported one; hashes stand in metrics.csv`,
    );
  const images = await imagesOf(stored, run);
  const architecture = architectureOf(stored, images?.shape);
  const parts = { place: stored.place, node: hash, architecture, weights: await weightsOf(stored) };
  if ("rows" in architecture) {
    const { classes, several = false, corpus, vocabulary, maxLength } = await readEncoding(run, encodedOf(stored));
    return { ...parts, corpus, classes, several, encoding: { vocabulary, maxLength } };
  }
  const corpus = String(dataOf(stored).name);
  const classes = images?.classes ?? Array.from({ length: architecture.outputs }, (_, i) => String(i));
  return { ...parts, corpus, classes, several: false, encoding: undefined };
}

/**
 * The network of a node as it was made, with its best weights. It needs neither data nor what texts or answers mean.
 *
 * @param run - The run folder.
 * @throws {RunFolderError} if its model is of another kind.
 */
export async function storedNetwork(
  stored: StoredFiles,
  run: string,
): Promise<{ architecture: Architecture; network: Network }> {
  const architecture = architectureOf(stored, (await imagesOf(stored, run))?.shape);
  const network = networkOf(architecture, await weightsOf(stored), `${stored.place}/weights.safetensors`);
  return { architecture, network };
}

/**
 * The weights file of a node: all that it computes with. Where a frozen rest lies beside what was trained (`rest-frozen`), it is dense and has
 * both: one of the two is 0 at every place, so their sum is exact.
 */
async function weightsOf({ files, place }: StoredFiles): Promise<Uint8Array> {
  const [own, rest] = [files.get("weights.safetensors")!, files.get("rest.safetensors")];
  if (rest === undefined) return own;
  const { weights, buffers } = decodeCheckpoint(own, `${place}/weights.safetensors`);
  const whole = new Map(weights);
  for (const [name, entry] of decodeSafetensors(rest, `${place}/rest.safetensors`).tensors) {
    const weight = weights.get(name);
    if (weight === undefined || entry.dtype !== "F32")
      throw new RunFolderError(`${place}/rest.safetensors: "${name}" is no frozen rest of a weight`);
    whole.set(
      name,
      noGrad(() => add(dense(weight), tensor(entry.data, weight.shape))),
    );
  }
  return encodeCheckpoint({ weights: whole, buffers });
}

/** Images of published sets: a run before its images were described tells their name only. */
const PUBLISHED: Readonly<Record<string, Omit<ImageEncoding, "corpus">>> = {
  mnist: { shape: [1, 28, 28], classes: [..."0123456789"] },
  "fashion-mnist": { shape: [1, 28, 28], classes: FASHION_MNIST_CLASSES },
  "cifar-10": { shape: [3, 32, 32], classes: CIFAR_10_CLASSES },
};

/** What a network's images are; `undefined` of texts, and where it is not known. */
async function imagesOf(stored: StoredFiles, run: string): Promise<Omit<ImageEncoding, "corpus"> | undefined> {
  const { name, images } = dataOf(stored);
  if (typeof images !== "string") return undefined;
  return (await readImageEncoding(run, images)) ?? PUBLISHED[String(name)];
}

function architectureOf(stored: StoredFiles, shape: ImageShape | undefined): Architecture {
  const told = lineageOf(stored).find(({ op }) => op === INIT.name)?.params?.architecture;
  const architecture = architectureIn(told, shape);
  if (architecture !== undefined) return architecture;
  throw new RunFolderError(`${stored.place}: its network is ${JSON.stringify(told)}, which this version cannot make`);
}

export const TICKET_FILE = "ticket.json";
export const TICKET_FORMAT = "ltt-ticket-1";

async function readExported(folder: string): Promise<TrainedNetwork> {
  const place = join(folder, TICKET_FILE);
  const wrong = (what: string) => new RunFolderError(`${place}: ${what}: export it again`);
  let told: Readonly<Record<string, unknown>>;
  try {
    told = JSON.parse(await readFile(place, "utf8"));
  } catch (cause) {
    throw new RunFolderError(`${place}: ${(cause as Error).message}`, { cause });
  }
  if (told.format !== TICKET_FORMAT)
    throw wrong(`its format is ${JSON.stringify(told.format)}, not "${TICKET_FORMAT}"`);
  const { node, corpus, classes, several, maxLength, sha256 } = told;
  const architecture = architectureIn(told.architecture);
  const isText = (value: unknown) => typeof value === "string";
  if (architecture === undefined) throw wrong("names no network that this version can make");
  if (!isText(node) || !isText(corpus)) throw wrong("does not say where it comes from");
  if (!Array.isArray(classes) || !classes.every(isText)) throw wrong("names no classes");

  const read = async (name: string): Promise<Buffer> => {
    const bytes = await readFile(join(folder, name)).catch((cause: Error) => {
      throw new RunFolderError(`${join(folder, name)}: ${cause.message}`, { cause });
    });
    const sum = createHash("sha256").update(bytes).digest("hex");
    if (sum !== (sha256 as Record<string, unknown> | undefined)?.[name])
      throw new RunFolderError(`${join(folder, name)}: is not what ${TICKET_FILE} says: export it again`);
    return bytes;
  };
  const parts = { place: folder, node, corpus, architecture, classes, several: several === true };
  const weights = await read("weights.safetensors");
  if (!("rows" in architecture)) return { ...parts, weights, encoding: undefined };
  if (maxLength !== null && !Number.isSafeInteger(maxLength)) throw wrong("does not say where texts are cut");
  const vocabulary = parseVocabulary((await read("vocabulary.json")).toString("utf8"), join(folder, "vocabulary.json"));
  return { ...parts, weights, encoding: { vocabulary, maxLength } } as TrainedNetwork;
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
