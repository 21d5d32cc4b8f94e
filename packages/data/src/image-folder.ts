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
}

const signal: Kind = { words: "an AbortSignal", accepts: (value) => value instanceof AbortSignal };
const OPTIONS: Kinds<ImageFolderOptions> = { seed: count, onProgress: callable, signal };

/**
 * Reads images of one's own: a folder that has a folder for each class, named for it, with its images as PNG. They are divided as texts of
 * one's own are: a fifth to test and 0.3 of the others to validate, each class in proportion, images of the same pixels in one part. Hidden
 * files are passed over.
 *
 * @throws {DataError} for what is no PNG, or damaged, partly transparent, of another size than the first, or in no class; for fewer than
 *   two classes, and one without an image to train on.
 */
export async function readImageFolder(folder: string, options: ImageFolderOptions): Promise<ImageFolder> {
  check("readImageFolder", "folder", folder, pathKind);
  const { seed, onProgress, signal } = checkOptions("readImageFolder", options, OPTIONS, ["seed"]);
  const classes = await classesIn(folder);
  const pictures: Picture[] = [];
  const labels: number[] = [];
  let first: { readonly path: string; readonly picture: Picture } | undefined;
  for (const [label, name] of classes.entries()) {
    for (const path of await imagesIn(join(folder, name))) {
      const picture = readPng(await readFile(path), path);
      first ??= { path, picture };
      const [size, wanted] = [picture, first.picture].map(({ width, height }) => `${width} × ${height}`);
      if (size !== wanted)
        throw new DataError(`${path}: has ${size} pixels, ${first.path} ${wanted}; make all images the same size`);
      pictures.push(picture);
      labels.push(label);
      if (pictures.length % 10_000 === 0) onProgress?.(pictures.length);
      if (pictures.length % 256 === 0) await setImmediate(); // so that Node hears a signal
      signal?.throwIfAborted();
    }
  }
  const images = together(pictures, labels);
  const grouped = { labels: images.labels, groups: groupsOf(images) };
  const divided = (places: Int32Array, part: "test" | "validation", fraction: number) => {
    const those = { labels: at(grouped.labels, places), groups: at(grouped.groups, places) };
    const [held, rest] = dividePlaces(those, fraction, stream(seed, "split", part));
    if (held.length === 0 || rest.length === 0)
      throw new DataError(`${folder}: ${pictures.length} images leave none for each part; give more`);
    return [at(places, held), at(places, rest)] as const;
  };
  const [test, others] = divided(Int32Array.from(labels.keys()), "test", 0.2);
  const [validation, train] = divided(others, "validation", 0.3);
  const learned = new Set(at(images.labels, train));
  const unknown = classes.find((_, label) => !learned.has(label));
  if (unknown !== undefined)
    throw new DataError(`${join(folder, unknown)}: no image is left to train on; give the class more, or take it away`);
  return {
    train: imagesAt(images, train),
    validation: imagesAt(images, validation),
    test: imagesAt(images, test),
    classes,
    mixed: new Set(pictures.map(({ channels }) => channels)).size > 1,
  };
}

/** The names of its folders. */
async function classesIn(folder: string): Promise<string[]> {
  const kind = await stat(folder).catch((cause: NodeJS.ErrnoException) => {
    throw new DataError(`${folder}: ${cause.code === "ENOENT" ? "there is no such folder" : cause.message}`, { cause });
  });
  if (!kind.isDirectory()) throw new DataError(`${folder}: is a file; name the folder with a folder for each class`);
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !name.startsWith("."));
  const image = entries.find((entry) => !entry.isDirectory() && isImage(entry.name));
  if (image !== undefined)
    throw new DataError(`${join(folder, image.name)}: is in no class; put it into a folder named for its class`);
  const classes = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  if (classes.length >= 2) return sorted(classes);
  const has = classes.length === 0 ? "has no folders" : `has one folder, ${classes[0]}`;
  throw new DataError(`${folder}: ${has}; there is one for each class, and there are two classes at least`);
}

/** The paths of a class's images. */
async function imagesIn(folder: string): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !name.startsWith("."));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      throw new DataError(`${path}: is a folder in that of a class; move its images up, or take it away`);
    if (extname(entry.name).toLowerCase() !== ".png")
      throw new DataError(`${path}: is no PNG (.png); convert it, or take it away`);
  }
  if (entries.length === 0) throw new DataError(`${folder}: is empty; a class has images`);
  return sorted(entries.map(({ name }) => name)).map((name) => join(folder, name));
}

/** By code points: the same on every machine, whatever its language. */
function sorted(names: readonly string[]): string[] {
  return names.toSorted((a, b) => (a < b ? -1 : 1));
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
