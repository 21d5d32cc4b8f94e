import { check, checkOptions, type Kinds, text } from "@ltt/core/arguments";
import { DataError, show } from "./data-error.ts";
import { path as pathKind } from "./path.ts";
import { tableRows } from "./table-rows.ts";

/** The columns of a table that hold texts and their labels. */
export interface TextColumns {
  readonly text: string;
  readonly label: string;
}

/** A text of a table, with its label as a word. */
export interface LabelledText {
  readonly text: string;
  readonly label: string;
  /** Where it stands, for messages: `reviews.csv:17`. */
  readonly where: string;
}

const COLUMNS: Kinds<TextColumns> = { text, label: text };

/**
 * The texts and labels of a table, row by row: CSV, tab-separated values or JSON lines, as they are or with gzip, or Parquet, as the file's name ends.
 *
 * Labels are any words, without the blanks around them; numbers and truth values become words.
 *
 * @throws {DataError} one line: the file, the row, what is wrong. An unknown ending, a file that cannot be read or is empty, a column that is not there (with the nearest name),
 * a row that does not parse, a text or a label that is empty or none.
 */
export async function* readLabelledTexts(
  path: string,
  columns: TextColumns,
): AsyncGenerator<LabelledText, void, undefined> {
  check("readLabelledTexts", "path", path, pathKind);
  const wanted = checkTextColumns("readLabelledTexts", columns);
  for await (const { values, where } of tableRows(path, [wanted.text, wanted.label])) {
    yield { text: textOf(values[0], columns.text, where), label: labelOf(values[1], columns.label, where), where };
  }
}

/** @throws {TypeError | RangeError} unless both columns are named, and nothing else. */
export function checkTextColumns(where: string, columns: TextColumns): TextColumns {
  return checkOptions(where, columns, COLUMNS, ["text", "label"]);
}

function textOf(value: unknown, column: string, where: string): string {
  if (typeof value !== "string")
    throw new DataError(`${where}: the text (${show(column)}) is ${words(value)}; it is a string`);
  if (value.trim() === "") throw new DataError(`${where}: the text (${show(column)}) is empty; delete the row`);
  return value;
}

function labelOf(value: unknown, column: string, where: string): string {
  if (!["string", "number", "bigint", "boolean"].includes(typeof value)) {
    throw new DataError(`${where}: the label (${show(column)}) is ${words(value)}; it is a word or a number`);
  }
  const label = String(value).trim();
  if (label === "") throw new DataError(`${where}: the label (${show(column)}) is empty; give one, or delete the row`);
  return label;
}

function words(value: unknown): string {
  if (value === null || value === undefined) return "missing";
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : `the ${typeof value} ${value}`;
}
