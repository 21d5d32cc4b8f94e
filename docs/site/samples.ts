import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { stream } from "@ltt/core";
import { imagesAt, locateMnist, type Places, readMnist } from "@ltt/data";
import { readSpamAssassin } from "@ltt/spam-corpus";
import type { TextSample } from "./playground/texts.ts";

/**
 * Makes the samples that the playground trains on, `spam.sample`, and `digits.sample` where there is MNIST. Both are drawn by a seed, so
 * that every build makes the same. They are compressed with gzip, under a name that no server takes for it.
 */

const DIGITS = 5000;
const TEXTS = 1600;
/** Characters of a text that are kept: more than the tokens that are read. */
const CHARACTERS = 700;

/** Writes them into a folder. */
export async function makeSamples(folder: string, places: Places): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, bytes: Uint8Array) =>
    writeFileSync(join(folder, `${name}.sample`), gzipSync(bytes, { level: 9 }));
  write("spam", Buffer.from(JSON.stringify(spam())));
  const digits = await digitsOf(places);
  if (digits !== undefined) write("digits", digits);
}

/** The corpus is in the public domain (PDDL 1.0, contents CC0 1.0). */
function spam(): TextSample {
  const { classes, train } = readSpamAssassin();
  const order = stream(1, "playground", "spam").permutation(train.length).subarray(0, TEXTS);
  const examples = Array.from(order, (at) => {
    const { text, label } = train[at]!;
    return { text: text.slice(0, CHARACTERS), label };
  });
  return { classes, examples };
}

/** MNIST is Yann LeCun's and Corinna Cortes', CC BY-SA 3.0: the page says so. */
async function digitsOf(places: Places): Promise<Uint8Array | undefined> {
  const found = await locateMnist(places).catch((reason: Error) => reason);
  if (found instanceof Error) {
    console.warn(`playground: no digits: ${found.message}`);
    return undefined;
  }
  const { train } = await readMnist(found);
  const order = stream(1, "playground", "digits").permutation(train.labels.length).subarray(0, DIGITS);
  const { labels, pixels } = imagesAt(train, order);
  return Buffer.concat([Uint8Array.from(labels), pixels]);
}
