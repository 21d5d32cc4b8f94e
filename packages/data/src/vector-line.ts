import { DataError, show } from "./data-error.ts";

/** A line of a file of vectors, taken apart: what stands before the last `dimensions` fields is the word, blanks in it included. */
export interface VectorLine {
  readonly word: string;
  /** Where the first of the numbers begins. */
  readonly numbersAt: number;
  /** Where the last ends. */
  readonly end: number;
}

const BLANK = 0x20;
const TAB = 0x09;
const RETURN = 0x0d;

/**
 * The word of a line, and where its numbers are, which are not looked at. Fields are separated by blanks or tabs; those at the
 * line's end do not count.
 *
 * @returns `undefined` for a line of blanks.
 * @throws {DataError} if there are fewer fields than a word and `dimensions` numbers.
 */
export function parseVectorLine(text: string, dimensions: number, where: string): VectorLine | undefined {
  let at = text.length;
  while (at > 0 && isBlank(text.charCodeAt(at - 1))) at--;
  const end = at;
  if (end === 0) return undefined;

  // One pass over the characters: this runs over every byte of the file.
  let numbersAt = end;
  for (let left = dimensions; left > 0; left--) {
    while (at > 0 && !isBlank(text.charCodeAt(at - 1))) at--;
    numbersAt = at;
    while (at > 0 && isBlank(text.charCodeAt(at - 1))) at--;
    if (numbersAt === 0) throw wrongCount(text, dimensions - left, dimensions, where);
  }
  return { word: text.slice(0, at).trimStart(), numbersAt, end };
}

/**
 * The numbers of a line, in float32.
 *
 * @throws {DataError} if one is not decimal, or beyond float32.
 */
export function vectorOf(text: string, { word, numbersAt, end }: VectorLine, where: string): Float32Array {
  const fields = text.slice(numbersAt, end).split(/[ \t]+/);
  return Float32Array.from(fields, (field, i) => {
    const value = Math.fround(Number(field));
    if (isDecimal(field) && Number.isFinite(value)) return value;
    const what = isDecimal(field) ? "is beyond float32" : "is not a number";
    throw new DataError(
      `${where}: ${show(field)} ${what}; the file is damaged: get it again (number ${i + 1} of ${show(word)})`,
    );
  });
}

/** Fields behind the first that are numbers, where all are: a first line of more than are asked for is of longer vectors. */
export function countNumbers(text: string): number | undefined {
  const [, ...numbers] = text.trim().split(/[ \t]+/);
  return numbers.every(isDecimal) ? numbers.length : undefined;
}

/** `400000 100`: how word2vec's and fastText's files begin, with the number of words and of dimensions. */
export function headerOf(text: string): { words: number; dimensions: number } | undefined {
  const match = /^(\d+)[ \t]+(\d+)[ \t\r]*$/.exec(text);
  return match === null ? undefined : { words: Number(match[1]), dimensions: Number(match[2]) };
}

export function wrongCount(text: string, numbers: number, dimensions: number, where: string): DataError {
  return new DataError(
    `${where}: ${numbers} numbers follow the word, expected ${dimensions}: ${show(text)}; are these ${dimensions}-dimensional vectors?`,
  );
}

function isDecimal(field: string): boolean {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(field);
}

function isBlank(c: number): boolean {
  return c <= BLANK && (c === BLANK || c === TAB || c === RETURN);
}
