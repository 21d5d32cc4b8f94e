import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { check, checkOptions, type Kinds, positive } from "@ltt/core/arguments";
import type { Cifar10Place } from "./cifar-10.ts";
import { DataError } from "./data-error.ts";
import type { MnistPlace } from "./mnist.ts";
import { path as pathKind } from "./path.ts";
import { sourceNamed } from "./sources.ts";

/** Where to look for data. Nothing else is looked at: no environment, no home folder. */
export interface Places {
  /** The folder the user named, or the file. If it is given, only it is looked in. */
  readonly data?: string;
  /** The folder that `getSource` downloads to. */
  readonly cache?: string;
}

export const PLACES: Kinds<Places> = { data: pathKind, cache: pathKind };

export interface ImdbPlace {
  readonly form: "csv" | "folder" | "archive";
  readonly path: string;
}

export interface AgNewsPlace {
  readonly train: string;
  readonly test: string;
}

export interface GlovePlace {
  readonly form: "text" | "archive";
  readonly path: string;
}

/**
 * Finds IMDb: `IMDB Dataset.csv` (or `.csv.gz`), the folder `aclImdb` or `aclImdb_v1.tar.gz`, under `imdb/` or directly in the
 * folder, in this order. The place named may also be `aclImdb` itself, a CSV file of any name, or the archive.
 *
 * @throws {DataError} that says what was looked for, where, and how to get it.
 */
export async function locateImdb(places: Places): Promise<ImdbPlace> {
  const { data: named } = checkOptions("locateImdb", places, PLACES);
  if (named !== undefined && (await isFile(named))) {
    if (/\.csv(\.gz)?$/i.test(named)) return { form: "csv", path: named };
    if (/\.(tar\.gz|tgz)$/i.test(named)) return { form: "archive", path: named };
    throw new DataError(`imdb: ${named} is neither a .csv nor a .tar.gz; ${howToGet("imdb")}`);
  }
  const found = await firstFound(foldersOf(places, "imdb"), imdbIn);
  if (found !== undefined) return found;
  throw await missing("imdb", places, { files: imdbForms.map(({ name }) => name), findIn: imdbIn });
}

const imdbForms = [
  { form: "csv", name: "IMDB Dataset.csv" },
  { form: "folder", name: "aclImdb" },
  { form: "archive", name: "aclImdb_v1.tar.gz" },
] as const;

async function imdbIn(folder: string): Promise<ImdbPlace | undefined> {
  for (const { form, name } of imdbForms) {
    const path = join(folder, name);
    if (form === "folder") {
      for (const root of [path, folder]) if (await exists(join(root, "train", "pos"))) return { form, path: root };
    } else {
      const file = await plainOrGzip(path);
      if (file !== undefined) return { form, path: file };
    }
  }
  return undefined;
}

/**
 * Finds AG News: `train.csv` and `test.csv` (or `.csv.gz`), both under `ag-news/`, `ag_news/` or `ag_news_csv/`, or both directly in
 * the folder. The place named may also be one of the two files.
 *
 * @throws {DataError} that says what was looked for, where, and how to get it.
 */
export async function locateAgNews(places: Places): Promise<AgNewsPlace> {
  const { data } = checkOptions("locateAgNews", places, PLACES);
  const isOne = data !== undefined && (await isFile(data));
  if (isOne && !/^(train|test)\.csv(\.gz)?$/.test(basename(data))) {
    throw new DataError(
      `ag-news: ${data} is one file; AG News is two, train.csv and test.csv: ${howToGet("ag-news", "both")}`,
    );
  }
  const folders = isOne ? [dirname(data)] : foldersOf(places, "ag-news", "ag_news", "ag_news_csv");
  const found = await firstFound(folders, agNewsIn);
  if (found !== undefined) return found;
  throw await missing("ag-news", places, { files: ["train.csv", "test.csv"], join: " with ", findIn: agNewsIn });
}

async function agNewsIn(folder: string): Promise<AgNewsPlace | undefined> {
  const train = await plainOrGzip(join(folder, "train.csv"));
  const test = await plainOrGzip(join(folder, "test.csv"));
  if (train !== undefined && test !== undefined) return { train, test };
  if (train === undefined && test === undefined) return undefined;
  const [one, other] = train !== undefined ? ["train.csv", "test.csv"] : ["test.csv", "train.csv"];
  throw new DataError(`ag-news: ${folder} has ${one} but no ${other}; ${howToGet("ag-news", "both")}`);
}

/**
 * Finds GloVe 6B vectors of a size: `glove.6B.100d.txt` (or `.txt.gz`), a subset `glove.6B.100d.subset.txt`, or the archive
 * `glove.6B.zip`, under `glove/` or `glove.6B/` or directly in the folder, in this order.
 *
 * @throws {DataError} that says what was looked for, where, and how to get it.
 */
export async function locateGlove(places: Places, dimensions: number): Promise<GlovePlace> {
  checkOptions("locateGlove", places, PLACES);
  check("locateGlove", "dimensions", dimensions, positive);
  const found = await findGlove(places, dimensions);
  if (found !== undefined) return found;
  const files = gloveForms(dimensions).map(({ name }) => name);
  throw await missing("glove", places, { files, findIn: (folder) => gloveIn(folder, dimensions) });
}

/** The same, `undefined` where there is none: for whoever can get it. */
export async function findGlove(places: Places, dimensions: number): Promise<GlovePlace | undefined> {
  checkOptions("findGlove", places, PLACES);
  check("findGlove", "dimensions", dimensions, positive);
  return firstFound(foldersOf(places, "glove", "glove.6B"), (folder) => gloveIn(folder, dimensions));
}

async function gloveIn(folder: string, dimensions: number): Promise<GlovePlace | undefined> {
  for (const { form, name } of gloveForms(dimensions)) {
    const path = await plainOrGzip(join(folder, name));
    if (path !== undefined) return { form, path };
  }
  return undefined;
}

function gloveForms(dimensions: number): readonly { form: GlovePlace["form"]; name: string }[] {
  return [
    { form: "text", name: `glove.6B.${dimensions}d.txt` },
    { form: "text", name: `glove.6B.${dimensions}d.subset.txt` },
    { form: "archive", name: "glove.6B.zip" },
  ];
}

/**
 * Finds MNIST: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte` (or each with
 * `.gz`), under `mnist/`, or `MNIST/raw/` as torchvision puts them, or directly in the folder.
 *
 * @throws {DataError} that says what was looked for, where, and how to get it.
 */
export async function locateMnist(places: Places): Promise<MnistPlace> {
  checkOptions("locateMnist", places, PLACES);
  const found = await firstFound(foldersOf(places, "mnist", join("MNIST", "raw")), mnistIn);
  if (found !== undefined) return found;
  throw await missing("mnist", places, { files: Object.values(MNIST), findIn: unlessNamed("fashion") });
}

/**
 * Finds Fashion-MNIST, whose files are called as MNIST's, under `fashion-mnist/`, or `FashionMNIST/raw/` as torchvision puts them, or
 * directly in the folder.
 *
 * @throws {DataError} that says what was looked for, where, and how to get it.
 */
export async function locateFashionMnist(places: Places): Promise<MnistPlace> {
  checkOptions("locateFashionMnist", places, PLACES);
  const found = await firstFound(foldersOf(places, "fashion-mnist", join("FashionMNIST", "raw")), mnistIn);
  if (found !== undefined) return found;
  throw await missing("fashion-mnist", places, { files: Object.values(MNIST), findIn: unlessNamed("mnist") });
}

/** Files that are called alike, but not where their folder is named for the other set. */
function unlessNamed(other: "mnist" | "fashion"): FindIn<MnistPlace> {
  return async (folder) => {
    const named = join(basename(dirname(folder)), basename(folder)).toLowerCase();
    const isOf = named.includes("fashion") ? "fashion" : named.includes("mnist") ? "mnist" : undefined;
    return isOf === other ? undefined : mnistIn(folder);
  };
}

const MNIST: MnistPlace = {
  trainImages: "train-images-idx3-ubyte",
  trainLabels: "train-labels-idx1-ubyte",
  testImages: "t10k-images-idx3-ubyte",
  testLabels: "t10k-labels-idx1-ubyte",
};

async function mnistIn(folder: string): Promise<MnistPlace | undefined> {
  const file = (name: string) => plainOrGzip(join(folder, name));
  const [trainImages, trainLabels] = [await file(MNIST.trainImages), await file(MNIST.trainLabels)];
  const [testImages, testLabels] = [await file(MNIST.testImages), await file(MNIST.testLabels)];
  if (trainImages === undefined || trainLabels === undefined) return undefined;
  return testImages === undefined || testLabels === undefined
    ? undefined
    : { trainImages, trainLabels, testImages, testLabels };
}

/**
 * Finds CIFAR-10 in its binary form: `data_batch_1.bin` and the others, under `cifar-10-batches-bin/` or `cifar-10/`, or directly in the
 * folder.
 *
 * @throws {DataError} that says what was looked for, where, and how to get it.
 */
export async function locateCifar10(places: Places): Promise<Cifar10Place> {
  checkOptions("locateCifar10", places, PLACES);
  const findIn = async (folder: string) => ((await isFile(join(folder, "data_batch_1.bin"))) ? { folder } : undefined);
  const found = await firstFound(foldersOf(places, "cifar-10-batches-bin", "cifar-10"), findIn);
  if (found !== undefined) return found;
  const { byHand = "" } = sourceNamed("cifar-10");
  throw await missing("cifar-10", places, { files: ["data_batch_1.bin"], findIn, byHand });
}

/** `names` are what the data set's own folder may be called. */
export function foldersOf({ data, cache }: Places, ...names: string[]): string[] {
  const folder = data ?? cache;
  return folder === undefined ? [] : [...names.map((name) => join(folder, name)), folder];
}

export type FindIn<Place> = (folder: string) => Promise<Place | undefined>;

export async function firstFound<Place>(folders: readonly string[], findIn: FindIn<Place>): Promise<Place | undefined> {
  for (const folder of folders) {
    const found = await findIn(folder);
    if (found !== undefined) return found;
  }
  return undefined;
}

export async function plainOrGzip(path: string): Promise<string | undefined> {
  for (const file of [path, `${path}.gz`]) if (await exists(file)) return file;
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  return (await kindOf(path)) !== undefined;
}

export async function isFile(path: string): Promise<boolean> {
  return (await kindOf(path)) === "file";
}

async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  return stat(path).then(
    (known) => (known.isDirectory() ? "folder" : "file"),
    () => undefined,
  );
}

export interface Sought<Place> {
  readonly files: readonly string[];
  /** Between the files in the message. */
  readonly join?: string;
  /** How a person gets what is not fetched. */
  readonly byHand?: string | undefined;
  readonly findIn: FindIn<Place>;
}

export async function missing<Place>(name: string, places: Places, sought: Sought<Place>): Promise<DataError> {
  const { files, join: between = ", ", findIn, byHand } = sought;
  const get = byHand === undefined ? howToGet(name) : `name the folder that has it with --data DIR, or ${byHand}`;
  const looked = `${name}: looked for ${files.join(between)}; `;
  const named = places.data ?? places.cache;
  if (named === undefined) return new DataError(`${looked}no folder was named; ${get}`);

  const folders = foldersOf(places, name);
  const nowhere = `${looked}none is in ${folders.join(" or ")}`;
  const packed = await compressed(folders, files);
  if (packed !== undefined) return new DataError(`${nowhere}; ${packed} is there: unpack it first`);
  const kind = await kindOf(named);
  const near = kind === "folder" ? await neighbour(named, name, findIn) : undefined;
  if (near !== undefined) return new DataError(`${nowhere}, but in ${near}: name that with --data`);
  return new DataError(`${nowhere}${kind === undefined ? " (there is no such folder)" : ""}; ${get}`);
}

/** A file that is sought as another program compressed it; gzip's are read as they are. */
async function compressed(folders: readonly string[], files: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    for (const file of files) {
      for (const ending of [".zip", ".xz", ".bz2", ".zst"]) {
        const path = join(folder, `${file}${ending}`);
        if (await isFile(path)) return path;
      }
    }
  }
  return undefined;
}

/** The folders one and two above, and those inside, of which one has it: people name the wrong level. */
async function neighbour<Place>(folder: string, name: string, findIn: FindIn<Place>): Promise<string | undefined> {
  const inside = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const below = inside.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
  const above = [dirname(folder), dirname(dirname(folder))];
  for (const near of [...below.toSorted().slice(0, 1000), ...above]) {
    const found = await firstFound(foldersOf({ data: near }, name), findIn).catch(() => undefined);
    if (found !== undefined) return near;
  }
  return undefined;
}

export function howToGet(name: string, what = "it"): string {
  return `name the folder that has ${what} with --data DIR, or download it: ltt data get ${name}`;
}
