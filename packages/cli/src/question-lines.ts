import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { DataError } from "@ltt/data";
import type { Question } from "./classifier.ts";
import { whyUnreadable } from "./why-unreadable.ts";

/** What stands in a line, and what is asked of it. */
export interface AskedLine {
  readonly question: Question;
  /** What an answer in JSON begins with. */
  readonly told: Readonly<Record<string, unknown>>;
  /** What a line of an answer ends with. Default: the text, or what is told. */
  readonly said?: string;
}

/** What the lines of a file are: a text, or the path of an image, each; or a JSON object with `text` or `pixels`, whose other fields come back with the answer. */
export const LINES = ["text", "json"] as const;
export type Lines = (typeof LINES)[number];

/** Lines that are answered together: few, so that answers follow whoever types. */
const CHUNK = 64;

/**
 * The questions of a file as it is read, some at a time; of standard input, `-`, line by line.
 *
 * @throws {DataError} if the file cannot be read, or a line is no such object.
 */
export async function* questionsIn(file: string, lines: Lines): AsyncGenerator<AskedLine[]> {
  const isStandardInput = file === "-";
  const input = isStandardInput ? process.stdin : createReadStream(file);
  const failed = new Promise<never>((_, reject) => {
    input.on("error", (cause: Error) => reject(new DataError(`${file}: ${whyUnreadable(cause)}`, { cause })));
  });
  failed.catch(() => {});
  const read = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  const size = isStandardInput ? 1 : CHUNK;
  let chunk: AskedLine[] = [];
  for (let number = 1; ; number++) {
    const { value, done } = await Promise.race([read.next(), failed]);
    if (done !== true && (lines === "text" || value.trim() !== ""))
      chunk.push(lines === "text" ? { question: value, told: { text: value } } : parsed(value, `${file}:${number}`));
    if (chunk.length === size || (done === true && chunk.length > 0)) {
      yield chunk;
      chunk = [];
    }
    if (done === true) return;
  }
}

function parsed(line: string, where: string): AskedLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new DataError(`${where}: is not JSON: ${line.slice(0, 60)}`);
  }
  const { text, pixels, ...others } = (typeof value === "object" && value !== null ? value : {}) as Readonly<
    Record<string, unknown>
  >;
  if (typeof text === "string" && pixels === undefined) return { question: text, told: { ...others, text } };
  if (Array.isArray(pixels) && text === undefined && pixels.every((pixel) => typeof pixel === "number"))
    return { question: pixels, told: others };
  throw new DataError(
    `${where}: an object with "text", a string, or "pixels", an array of numbers, is expected: ${line.slice(0, 60)}`,
  );
}
