import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { check, object } from "@ltt/core/arguments";
import { DataError } from "./data-error.ts";
import type { LabelledImages } from "./labelled-images.ts";
import { path as pathKind } from "./path.ts";

/** The folder `cifar-10-batches-bin`. */
export interface Cifar10Place {
  readonly folder: string;
}

export const CIFAR_10_CLASSES = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
] as const;

/** A record: a byte for the class, then red, green and blue of 32 × 32 pixels, each row-major. */
const PIXELS = 3 * 32 * 32;
const RECORD = 1 + PIXELS;

/**
 * CIFAR-10 (Krizhevsky 2009) in its binary form: photographs of 32 × 32 pixels in three colours, of ten classes. Whatever of
 * `data_batch_1.bin` to `data_batch_5.bin` is there is read, as published 50,000 images, and `test_batch.bin`, 10,000.
 *
 * @throws {DataError} for a file that is missing or cut off, or holds something else.
 */
export async function readCifar10(place: Cifar10Place): Promise<{ train: LabelledImages; test: LabelledImages }> {
  check("readCifar10", "place", place, object);
  check("readCifar10", "place.folder", place.folder, pathKind);
  const all = await readdir(place.folder).catch((cause: Error) => {
    throw new DataError(`${place.folder}: ${cause.message}`, { cause });
  });
  const names = all.filter((name) => /^data_batch_\d+\.bin$/.test(name)).sort();
  if (names.length === 0) throw new DataError(`${place.folder}: has no data_batch_1.bin`);
  return { train: await readParts(place.folder, names), test: await readParts(place.folder, ["test_batch.bin"]) };
}

async function readParts(folder: string, names: readonly string[]): Promise<LabelledImages> {
  const files: Buffer[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const bytes = await readFile(path).catch((cause: Error) => {
      throw new DataError(`${path}: ${cause.message}`, { cause });
    });
    if (bytes.length === 0 || bytes.length % RECORD !== 0)
      throw new DataError(`${path}: has ${bytes.length} bytes; records of CIFAR-10 have ${RECORD} each`);
    for (let at = 0; at < bytes.length; at += RECORD) {
      if (bytes[at]! < CIFAR_10_CLASSES.length) continue;
      throw new DataError(`${path}: record ${at / RECORD} is of class ${bytes[at]}; classes are 0–9`);
    }
    files.push(bytes);
  }
  const all = Buffer.concat(files);
  const n = all.length / RECORD;
  const [pixels, labels] = [new Uint8Array(n * PIXELS), new Int32Array(n)];
  for (let i = 0; i < n; i++) {
    labels[i] = all[i * RECORD]!;
    pixels.set(all.subarray(i * RECORD + 1, (i + 1) * RECORD), i * PIXELS);
  }
  return { pixels, shape: [n, 3, 32, 32], labels };
}
