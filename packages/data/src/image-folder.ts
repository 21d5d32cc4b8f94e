import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { stream } from "@ltt/core";
import { callable, check, checkOptions, count, type Kind, type Kinds } from "@ltt/core/arguments";
import { DataError } from "./data-error.ts";
import { imagesAt, type LabelledImages } from "./labelled-images.ts";
import { path as pathKind } from "./path.ts";
import { type Picture, readPng } from "./png.ts";
import { dividePlaces } from "./split-places.ts";

export interface ImageFolderOptions {
  /** A folder of images to validate on, with a folder for each class too. Default: they are held out of those to train on. */
  readonly validation?: string | undefined;
  /** The same of images to test on. */
  readonly test?: string | undefined;
  /** The same seed gives the same parts. */
  readonly seed: number;
  /** Hears how many images are read, every 10,000. */
  readonly onProgress?: ((images: number) => void) | undefined;
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
}

/** Images of one's own, in three parts. */
export interface ImageFolder {
  readonly train: LabelledImages;
  readonly validation: LabelledImages;
  readonly test: LabelledImages;
  /** The names of the folders, in rising order. */
  readonly classes: readonly string[];
  /** Whether some images are grey and others in colour; then all have three colours. */
  readonly mixed: boolean;
  /** Images of the test part whose pixels are in training or validation too; none where it was divided off here. */
  readonly repeatsInTest: number;
}

type Part = "train" | "validation" | "test";

const signal: Kind = { words: "an AbortSignal", accepts: (value) => value instanceof AbortSignal };
const OPTIONS: Kinds<ImageFolderOptions> = {
  validation: pathKind,
  test: pathKind,
  seed: count,
  onProgress: callable,
  signal,
};

/**
 * Reads images of one's own: a folder that has a folder for each class, named for it, with its images as PNG. They are divided as texts of
 * one's own are: a fifth to test and 0.3 of the others to validate, where no folder is given for it, each class in proportion, images of the
 * same pixels in one part. Links are followed, hidden files passed over.
 *
 * @throws {DataError} for what is no PNG, or damaged, partly transparent, of another size than the first, or in no class; for fewer than
 *   two classes, one without an image to train on, and one that only validation or test have; for a link that leads nowhere, or to a file
 *   where a class is expected.
 */
export async function readImageFolder(folder: string, options: ImageFolderOptions): Promise<ImageFolder> {
  check("readImageFolder", "folder", folder, pathKind);
  const { validation, test, seed, onProgress, signal } = checkOptions("readImageFolder", options, OPTIONS, ["seed"]);
  const classes = await classesIn(folder);
  if (classes.length < 2) {
    const has = classes.length === 0 ? "has no folders" : `has one folder, ${classes[0]}`;
    throw new DataError(`${folder}: ${has}; there is one for each class, and there are two classes at least`);
  }
  const pictures: Picture[] = [];
  const labels: number[] = [];
  const end: Record<Part, number> = { train: 0, validation: 0, test: 0 };
  let first: { readonly path: string; readonly picture: Picture } | undefined;
  for (const [part, place] of Object.entries({ train: folder, validation, test }) as [Part, string | undefined][]) {
    for (const name of place === undefined ? [] : await knownClassesIn(place, folder, classes)) {
      for (const path of await imagesIn(join(place!, name))) {
        const picture = readPng(await readFile(path), path);
        first ??= { path, picture };
        const [size, wanted] = [picture, first.picture].map(({ width, height }) => `${width} × ${height}`);
        if (size !== wanted)
          throw new DataError(`${path}: has ${size} pixels, ${first.path} ${wanted}; make all images the same size`);
        pictures.push(picture);
        labels.push(classes.indexOf(name));
        if (pictures.length % 10_000 === 0) onProgress?.(pictures.length);
        if (pictures.length % 256 === 0) await setImmediate(); // so that Node hears a signal
        signal?.throwIfAborted();
      }
    }
    end[part] = pictures.length;
  }
  const images = together(pictures, labels);
  const groups = groupsOf(images);
  const parts = partsOf({ labels: images.labels, groups }, end, seed, folder);
  const learned = new Set(at(images.labels, parts.train));
  const unknown = classes.find((_, label) => !learned.has(label));
  if (unknown !== undefined)
    throw new DataError(`${join(folder, unknown)}: no image is left to train on; give the class more, or take it away`);
  const elsewhere = new Set([...at(groups, parts.train), ...at(groups, parts.validation)]);
  return {
    train: imagesAt(images, parts.train),
    validation: imagesAt(images, parts.validation),
    test: imagesAt(images, parts.test),
    classes,
    mixed: new Set(pictures.map(({ channels }) => channels)).size > 1,
    repeatsInTest: at(groups, parts.test).filter((group) => elsewhere.has(group)).length,
  };
}

/** The places of each part, whose folders end there; one that has no folder is divided off what there is to train on. */
function partsOf(
  grouped: { readonly labels: Int32Array; readonly groups: Int32Array },
  end: Readonly<Record<Part, number>>,
  seed: number,
  folder: string,
): Record<Part, Int32Array> {
  const divided = (places: Int32Array, part: "test" | "validation", fraction: number) => {
    const those = { labels: at(grouped.labels, places), groups: at(grouped.groups, places) };
    const [held, rest] = dividePlaces(those, fraction, stream(seed, "split", part));
    if (held.length === 0 || rest.length === 0)
      throw new DataError(`${folder}: ${end.train} images leave none for each part; give more, or a folder for it`);
    return [at(places, held), at(places, rest)] as const;
  };
  const given = (from: number, to: number): Int32Array => Int32Array.from({ length: to - from }, (_, i) => from + i);
  let train = given(0, end.train);
  let [validation, test] = [given(end.train, end.validation), given(end.validation, end.test)];
  if (test.length === 0) [test, train] = divided(train, "test", 0.2);
  if (validation.length === 0) [validation, train] = divided(train, "validation", 0.3);
  return { train, validation, test };
}

/** The names of its folders, in rising order. */
async function classesIn(folder: string): Promise<string[]> {
  const kind = await stat(folder).catch((cause: NodeJS.ErrnoException) => {
    throw new DataError(`${folder}: ${cause.code === "ENOENT" ? "there is no such folder" : cause.message}`, { cause });
  });
  if (!kind.isDirectory()) throw new DataError(`${folder}: is a file; name the folder with a folder for each class`);
  const entries = await entriesOf(folder);
  const image = entries.find(({ name, isFolder }) => !isFolder && isImage(name));
  if (image !== undefined)
    throw new DataError(`${join(folder, image.name)}: is in no class; put it into a folder named for its class`);
  const link = entries.find(({ isFolder, isLink }) => isLink && !isFolder);
  if (link !== undefined)
    throw new DataError(
      `${join(folder, link.name)}: is a link to a file, where links lead to the folders of classes; mend it, or take it away`,
    );
  return entries.filter(({ isFolder }) => isFolder).map(({ name }) => name);
}

/** Those of a folder that is not of the images to train on. */
async function knownClassesIn(place: string, folder: string, classes: readonly string[]): Promise<string[]> {
  const names = await classesIn(place);
  if (names.length === 0) throw new DataError(`${place}: has no folders; there is one for each class`);
  const unknown = names.find((name) => !classes.includes(name));
  if (unknown === undefined) return names;
  throw new DataError(
    `${join(place, unknown)}: is a class that ${folder} does not have; it has ${classes.join(", ")}: train on it too, or take it away`,
  );
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly isLink: boolean;
}

/** What stands in a folder and is not hidden, in rising order; links are what they lead to. */
async function entriesOf(folder: string): Promise<Entry[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !name.startsWith("."));
  return Promise.all(
    sorted(entries, ({ name }) => name).map(async (entry) => {
      const { name } = entry;
      if (!entry.isSymbolicLink()) return { name, isFolder: entry.isDirectory(), isLink: false };
      const path = join(folder, name);
      const leadsTo = await stat(path).catch((cause: NodeJS.ErrnoException) => {
        const wrong =
          cause.code === "ENOENT" ? "is a link that leads nowhere; mend it, or take it away" : cause.message;
        throw new DataError(`${path}: ${wrong}`, { cause });
      });
      return { name, isFolder: leadsTo.isDirectory(), isLink: true };
    }),
  );
}

/** The paths of a class's images. */
async function imagesIn(folder: string): Promise<string[]> {
  const entries = await entriesOf(folder);
  for (const { name, isFolder } of entries) {
    const path = join(folder, name);
    if (isFolder) throw new DataError(`${path}: is a folder in that of a class; move its images up, or take it away`);
    if (extname(name).toLowerCase() !== ".png")
      throw new DataError(`${path}: is no PNG (.png); convert it, or take it away`);
  }
  if (entries.length === 0) throw new DataError(`${folder}: is empty; a class has images`);
  return entries.map(({ name }) => join(folder, name));
}

/** By code points: the same on every machine, whatever its language. */
function sorted<T>(values: readonly T[], nameOf: (value: T) => string): T[] {
  return values.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

function isImage(name: string): boolean {
  return [".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff"].includes(extname(name).toLowerCase());
}

/** In three colours if one is; a grey image then has the same brightness in each. */
function together(pictures: readonly Picture[], labels: readonly number[]): LabelledImages {
  const { width, height } = pictures[0]!;
  const channels = Math.max(...pictures.map((picture) => picture.channels));
  const plane = width * height;
  const pixels = new Uint8Array(pictures.length * channels * plane);
  for (const [i, picture] of pictures.entries()) {
    for (let channel = 0; channel < channels; channel++) {
      const from = picture.channels === 1 ? 0 : channel * plane;
      pixels.set(picture.pixels.subarray(from, from + plane), (i * channels + channel) * plane);
    }
  }
  const n = pictures.length;
  const shape: LabelledImages["shape"] = channels === 1 ? [n, height, width] : [n, channels, height, width];
  return { pixels, shape, labels: Int32Array.from(labels) };
}

/** A number for each image, the same where pixels are. */
function groupsOf({ pixels, labels }: LabelledImages): Int32Array {
  const size = pixels.length / labels.length;
  const numbers = new Map<string, number>();
  return labels.map((_, i) => {
    const digest = createHash("sha256")
      .update(pixels.subarray(i * size, (i + 1) * size))
      .digest("base64");
    const number = numbers.get(digest) ?? numbers.size;
    numbers.set(digest, number);
    return number;
  });
}

function at(values: Int32Array, places: Int32Array): Int32Array {
  return places.map((place) => values[place]!);
}
