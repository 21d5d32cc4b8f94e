import { basename } from "node:path";
import type { TextColumns, TextFiles } from "@ltt/data";
import { isImagePair } from "./image-pairs.ts";
import type { OwnModel } from "./own-models.ts";
import { isCnn, PAIRS, type Pair } from "./pairs.ts";
import type { RunOptions } from "./run-options.ts";

/** Texts of the user's, and what is to classify them. */
export interface OwnData {
  readonly files: TextFiles;
  readonly columns: TextColumns;
  readonly model: OwnModel;
}

/** What is classified, and by what: a pair, or texts of the user's. */
export type Subject = {
  /** The pair, or the file and the model: `reviews-cnn`. */
  readonly name: string;
  /** Of images not, whatever their model. */
  readonly isCnn: boolean;
  readonly isImages: boolean;
} & ({ readonly pair: Pair; readonly own: undefined } | { readonly pair: undefined; readonly own: OwnData });

/** What options name. @throws {RangeError} if they name both, neither, or only a part. */
export function subjectOf(options: SubjectOptions): Subject {
  const { pair, texts, text, label, labels, separator, model = "cnn", validation, test } = options;
  if (texts === undefined) {
    const told = OF_TEXTS.find((name) => options[name] !== undefined);
    if (told !== undefined) throw new RangeError(`--${told} is of texts of your own: name their file with --texts`);
    if (pair === undefined) {
      throw new RangeError(`name a pair (${PAIRS.join(", ")}), or a file of texts of your own with --texts`);
    }
    const isImages = isImagePair(pair);
    return { name: pair, isCnn: !isImages && isCnn(pair), isImages, pair, own: undefined };
  }
  if (pair !== undefined) throw new RangeError(`${pair} and --texts ${texts} are both named; name one of them`);
  if (options.fold !== undefined || options.phrases !== undefined) {
    const told = options.fold === undefined ? "phrases" : "fold";
    throw new RangeError(`--${told} is of pairs; texts of your own have their parts by --test and --validation`);
  }
  if (text === undefined || (label === undefined && labels === undefined)) {
    throw new RangeError(
      `--texts ${texts}: name the columns of the texts and of their labels with --text and --label (or --labels, where a text may have several)`,
    );
  }
  if (label !== undefined && labels !== undefined) {
    throw new RangeError("--label and --labels are both given: texts have one label each, or several");
  }
  if (separator !== undefined && labels === undefined) throw new RangeError("--separator is of --labels");
  const own = { files: { train: texts, validation, test }, columns: { text, label, labels, separator }, model };
  return { name: `${baseName(texts)}-${model}`, isCnn: model === "cnn", isImages: false, pair: undefined, own };
}

type SubjectOptions = Pick<RunOptions, "pair" | "texts" | "fold" | "phrases" | (typeof OF_TEXTS)[number]>;

const OF_TEXTS = ["text", "label", "labels", "separator", "model", "validation", "test"] as const;

/** Of a file, without its folder and its ending. */
function baseName(file: string): string {
  return basename(file).replace(/(\.(csv|tsv|tab|jsonl|ndjson|json|parquet))?(\.gz)?$/i, "");
}
