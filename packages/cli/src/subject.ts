import { basename, resolve } from "node:path";
import type { TextColumns, TextFiles } from "@ltt/data";
import { IMAGE_MODELS, type ImageModel } from "./image-models.ts";
import { isImagePair } from "./image-pairs.ts";
import { OWN_MODELS, type OwnModel } from "./own-models.ts";
import { isCnn, PAIRS, type Pair } from "./pairs.ts";
import type { RunOptions } from "./run-options.ts";

/** Texts of the user's, and what is to classify them. */
export interface OwnData {
  readonly files: TextFiles;
  readonly columns: TextColumns;
  readonly model: OwnModel;
}

/** Images of the user's, and what is to classify them. */
export interface OwnImages {
  readonly folder: string;
  /** Folders of other parts. Default: parts of the images of the first. */
  readonly validation?: string | undefined;
  readonly test?: string | undefined;
  readonly model: ImageModel;
}

/** What is classified, and by what: a pair, or texts or images of the user's. */
export type Subject = {
  /** The pair, or the file and the model: `reviews-cnn`. */
  readonly name: string;
  /** Of images not, whatever their model. */
  readonly isCnn: boolean;
  readonly isImages: boolean;
} & (
  | { readonly pair: Pair; readonly own: undefined; readonly ownImages: undefined }
  | { readonly pair: undefined; readonly own: OwnData; readonly ownImages: undefined }
  | { readonly pair: undefined; readonly own: undefined; readonly ownImages: OwnImages }
);

/** What options name. @throws {RangeError} if they name both, neither, or only a part. */
export function subjectOf(options: SubjectOptions): Subject {
  const { pair, texts, text, label, labels, separator, validation, test, images } = options;
  if (images !== undefined) return imagesSubject(images, options);
  const model = textModelOf(options);
  if (texts === undefined) {
    const told = OF_TEXTS.find((name) => options[name] !== undefined);
    if (told !== undefined) {
      const images = told === "validation" || told === "test" ? ", or images with --images" : "";
      throw new RangeError(`--${told} is of texts of your own: name their file with --texts${images}`);
    }
    if (pair === undefined) {
      throw new RangeError(
        `name a pair (${PAIRS.join(", ")}), or a file of texts of your own with --texts, or a folder of images with --images`,
      );
    }
    const isImages = isImagePair(pair);
    return { name: pair, isCnn: !isImages && isCnn(pair), isImages, pair, own: undefined, ownImages: undefined };
  }
  if (pair !== undefined) throw new RangeError(`${pair} and --texts ${texts} are both named; name one of them`);
  if (options.fold !== undefined || options.phrases !== undefined) {
    const told = options.fold === undefined ? "phrases" : "fold";
    throw new RangeError(`--${told} is of pairs; texts of your own have their parts by --test and --validation`);
  }
  if (text === undefined || (label === undefined && labels === undefined)) {
    throw new RangeError(
      `--texts ${texts}: name the columns of the texts and of their labels with --text and ` +
        "--label (or --labels, where a text may have several)",
    );
  }
  if (label !== undefined && labels !== undefined) {
    throw new RangeError("--label and --labels are both given: texts have one label each, or several");
  }
  if (separator !== undefined && labels === undefined) throw new RangeError("--separator is of --labels");
  const own = { files: { train: texts, validation, test }, columns: { text, label, labels, separator }, model };
  const name = `${baseName(texts)}-${model}`;
  return { name, isCnn: model === "cnn", isImages: false, pair: undefined, own, ownImages: undefined };
}

/** @throws {RangeError} if something else is named too, or no model of images. */
function imagesSubject(folder: string, { pair, texts, model, ...options }: SubjectOptions): Subject {
  if (pair !== undefined || texts !== undefined)
    throw new RangeError(`${pair ?? `--texts ${texts}`} and --images ${folder} are both named; name one of them`);
  const told = OF_TEXTS_ALONE.find((name) => options[name] !== undefined);
  if (told !== undefined) throw new RangeError(`--${told} is of texts of your own, and --images ${folder} are images`);
  const found = IMAGE_MODELS.find((one) => one === model);
  if (found === undefined) {
    const which = model === undefined ? "" : `${model} classifies texts; `;
    throw new RangeError(
      `--images ${folder}: ${which}name what is to classify them with --model: ${IMAGE_MODELS.join(", ")}`,
    );
  }
  const ownImages = { folder, validation: options.validation, test: options.test, model: found };
  const name = `${basename(resolve(folder))}-${found}`;
  return { name, isCnn: false, isImages: true, pair: undefined, own: undefined, ownImages };
}

/** @throws {RangeError} if it is a model of images. */
function textModelOf({ model = "cnn", texts }: SubjectOptions): OwnModel {
  const found = OWN_MODELS.find((one) => one === model);
  if (found !== undefined) return found;
  const subject = texts === undefined ? "a pair has its model" : "it classifies images";
  throw new RangeError(`--model is ${model}, but ${subject}; of --texts it is ${OWN_MODELS.join(" or ")}`);
}

type SubjectOptions = Pick<RunOptions, "pair" | "texts" | "images" | "fold" | "phrases" | (typeof OF_TEXTS)[number]>;

const OF_TEXTS = ["text", "label", "labels", "separator", "model", "validation", "test"] as const;
/** What images do not have. */
const OF_TEXTS_ALONE = ["text", "label", "labels", "separator"] as const;
/** Of a file, without its folder and its ending. */
function baseName(file: string): string {
  return basename(file).replace(/(\.(csv|tsv|tab|jsonl|ndjson|json|parquet))?(\.gz)?$/i, "");
}
