import { setImmediate } from "node:timers/promises";
import { stream } from "@ltt/core";
import { callable, checkOptions, count, type Kind, type Kinds, positive } from "@ltt/core/arguments";
import type { Encoded } from "./batches.ts";
import { ClassNames } from "./class-names.ts";
import { DataError } from "./data-error.ts";
import { checkTextColumns, readLabelledTexts, type TextColumns } from "./labelled-texts.ts";
import { path } from "./path.ts";
import { type SeveralLabels, severalAt } from "./several-labels.ts";
import { dividePlaces, subsetPlaces } from "./split-places.ts";
import { TextPool } from "./text-pool.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** The files of a corpus of one's own; parts that are not given are made of the texts to train on. */
export interface TextFiles {
  readonly train: string;
  readonly validation?: string | undefined;
  readonly test?: string | undefined;
}

export interface OwnTextsOptions {
  /** The same seed gives the same parts. */
  readonly seed: number;
  /** Tokens of a text that are kept; all unless told. */
  readonly maxLength?: number | undefined;
  /** Hears how many texts of a file are read, every 100,000. */
  readonly onProgress?: ((file: string, texts: number) => void) | undefined;
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
}

export interface OwnEncodeOptions {
  /** Words kept at most; all unless told. */
  readonly vocabularySize?: number | undefined;
  /** Texts to train on, each class in proportion; all unless told. Validation and test then have 3/7 as many at most. */
  readonly trainSize?: number | undefined;
}

/** The parts as ids of the vocabulary, which is that of the training part. */
export interface OwnEncoded {
  readonly encoded: Readonly<Record<Part, Encoded>>;
  readonly vocabulary: Vocabulary;
  /** Texts of the test part that are in training or validation too; none where it was made here. */
  readonly repeatsInTest: number;
}

type Part = "train" | "validation" | "test";

const signal: Kind = { words: "an AbortSignal", accepts: (value) => value instanceof AbortSignal };
const FILES: Kinds<TextFiles> = { train: path, validation: path, test: path };
const OPTIONS: Kinds<OwnTextsOptions> = { seed: count, maxLength: positive, onProgress: callable, signal };
const ENCODE: Kinds<OwnEncodeOptions> = { vocabularySize: positive, trainSize: positive };

/**
 * Reads texts of one's own, in one pass that keeps their words as numbers only, and divides them as `splitCorpus` does: each class in
 * proportion, texts that are one after cleaning (`textKey`) in one part, a fifth to test and 0.3 of the others to validate, where no file
 * is given for it.
 *
 * Where texts may have several labels, proportions are of the rarest label of each.
 *
 * @throws {DataError} as `readLabelledTexts`; for a text without any word; for a single label, a label that stands once, and one that only
 *   validation or test have; for too few texts.
 */
export async function readOwnTexts(
  files: TextFiles,
  columns: TextColumns,
  options: OwnTextsOptions,
): Promise<OwnTexts> {
  checkOptions("readOwnTexts", files, FILES, ["train"]);
  checkTextColumns("readOwnTexts", columns);
  const { seed, maxLength, onProgress, signal } = checkOptions("readOwnTexts", options, OPTIONS, ["seed"]);
  const pool = new TextPool(maxLength);
  const names = new ClassNames();
  const end: Record<Part, number> = { train: 0, validation: 0, test: 0 };
  for (const part of ["train", "validation", "test"] as const) {
    const file = files[part];
    if (file !== undefined) {
      const before = pool.size;
      for await (const { text, labels, where } of readLabelledTexts(file, columns)) {
        if (!pool.add(text)) throw new DataError(`${where}: no word is left of the text; delete the row`);
        if (part === "train") names.add(labels, where);
        else names.addKnown(labels, where);
        if ((pool.size - before) % 100_000 === 0) onProgress?.(file, pool.size - before);
        if (pool.size % 1024 === 0) await setImmediate(); // so that Node hears a signal
        signal?.throwIfAborted();
      }
      if (part === "train") names.check(file);
    }
    end[part] = pool.size;
  }

  const { classes, labels, several: all } = names.sorted();
  const several = columns.labels === undefined ? undefined : all;
  const groups = pool.groups();
  const given = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
  const divided = (places: Int32Array, part: "validation" | "test", fraction: number) => {
    const grouped = { labels: places.map((place) => labels[place]!), groups: places.map((place) => groups[place]!) };
    const [first, rest] = dividePlaces(grouped, fraction, stream(seed, "split", part));
    return [first.map((i) => places[i]!), rest.map((i) => places[i]!)] as const;
  };
  let train = given(0, end.train);
  let [validation, test] = [given(end.train, end.validation), given(end.validation, end.test)];
  if (files.test === undefined) [test, train] = divided(train, "test", 0.2);
  if (files.validation === undefined) [validation, train] = divided(train, "validation", 0.3);
  const parts = { train, validation, test };
  for (const [part, places] of Object.entries(parts)) {
    if (places.length > 0) continue;
    throw new DataError(`${files.train}: ${end.train} texts leave none for ${part}; give more, or a file for it`);
  }
  return new OwnTexts({ pool, classes, labels, several, groups, parts, seed, file: files.train });
}

interface Read {
  readonly pool: TextPool;
  readonly classes: readonly string[];
  readonly labels: Int32Array;
  readonly several: SeveralLabels | undefined;
  readonly groups: Int32Array;
  /** The places of each part, in the order in which they were read. */
  readonly parts: Readonly<Record<Part, Int32Array>>;
  readonly seed: number;
  readonly file: string;
}

/** Texts that `readOwnTexts` has read and divided. */
export class OwnTexts {
  /** In rising order. */
  readonly classes: readonly string[];
  /** Texts in all files. */
  readonly read: number;
  /** Texts in each part. */
  readonly sizes: Readonly<Record<Part, number>>;
  readonly #read: Read;

  constructor(read: Read) {
    const { train, validation, test } = read.parts;
    this.classes = read.classes;
    this.read = read.pool.size;
    this.sizes = { train: train.length, validation: validation.length, test: test.length };
    this.#read = read;
  }

  /** @throws {DataError} if there are fewer texts to train on than are asked for. */
  encode(options: OwnEncodeOptions = {}): OwnEncoded {
    const { vocabularySize, trainSize } = checkOptions("OwnTexts", options, ENCODE);
    const { pool, groups } = this.#read;
    const { train, validation, test } = this.#limited(trainSize);

    const limits = vocabularySize === undefined ? {} : { maxSize: vocabularySize };
    const { vocabulary, idOf } = pool.vocabularyOf(train, limits);
    const encoded = {
      train: this.#encoded(train, idOf),
      validation: this.#encoded(validation, idOf),
      test: this.#encoded(test, idOf),
    };
    const seen = new Set<number>();
    for (const part of [train, validation]) for (const place of part) seen.add(groups[place]!);
    const repeatsInTest = test.reduce((sum, place) => sum + Number(seen.has(groups[place]!)), 0);
    return { encoded, vocabulary, repeatsInTest };
  }

  #limited(trainSize: number | undefined): Readonly<Record<Part, Int32Array>> {
    const { parts, labels, seed, file } = this.#read;
    if (trainSize === undefined) return parts;
    const available = parts.train.length;
    if (trainSize > available) {
      throw new DataError(
        `${file}: ${trainSize} texts to train on are asked for, there are ${available}; ask for fewer: --train-size ${available}`,
      );
    }
    const limit = (part: Part, size: number) => {
      const places = parts[part];
      if (size >= places.length) return places;
      const chosen = subsetPlaces(
        places.map((place) => labels[place]!),
        size,
        stream(seed, "subset", part),
      );
      return chosen.map((i) => places[i]!);
    };
    const others = Math.ceil((trainSize * 3) / 7); // as 12,000 to 28,000
    return { train: limit("train", trainSize), validation: limit("validation", others), test: limit("test", others) };
  }

  /** @param idOf - The vocabulary's id of each number of the pool. */
  #encoded(places: Int32Array, idOf: Int32Array): Encoded {
    const { pool, labels, several } = this.#read;
    const offsets = new Int32Array(places.length + 1);
    for (const [i, place] of places.entries()) offsets[i + 1] = offsets[i]! + pool.numbersAt(place).length;
    const ids = new Int32Array(offsets.at(-1)!);
    for (const [i, place] of places.entries()) {
      const words = pool.numbersAt(place);
      for (let j = 0; j < words.length; j++) ids[offsets[i]! + j] = idOf[words[j]!]!;
    }
    return {
      ids,
      offsets,
      labels: places.map((place) => labels[place]!),
      ...(several === undefined ? {} : { several: severalAt(several, places) }),
    };
  }
}
