import { check, checkOptions, type Kind, type Kinds, text } from "@ltt/core/arguments";
import { DataError, show } from "./data-error.ts";
import { path as pathKind } from "./path.ts";
import { tableRows } from "./table-rows.ts";

/** The columns of a table that hold texts and their labels. */
export interface TextColumns {
  readonly text: string;
  /** Of the one label that each text has. This, or `labels`. */
  readonly label?: string | undefined;
  /** Of all labels of each text, which may be several or none. */
  readonly labels?: string | undefined;
  /** What stands between them; `;` unless told. A list, as JSON lines and Parquet have them, wants none. */
  readonly separator?: string | undefined;
}

/** A text of a table, with its labels as words: one, but for texts that may have several. */
export interface LabelledText {
  readonly text: string;
  readonly labels: readonly string[];
  /** Where it stands, for messages: `reviews.csv:17`. */
  readonly where: string;
}

const notEmpty: Kind = {
  ...text,
  words: "a string, not empty",
  accepts: (value) => typeof value === "string" && value !== "",
};
const COLUMNS: Kinds<TextColumns> = { text, label: text, labels: text, separator: notEmpty };

/**
 * The texts and labels of a table, row by row: CSV, tab-separated values or JSON lines, as they are or with gzip, or Parquet, as the file's
 * name ends.
 *
 * Labels are any words, without the blanks around them; numbers and truth values become words.
 *
 * @throws {DataError} one line: the file, the row, what is wrong. An unknown ending, a file that cannot be read or is empty, a column that
 *   is not there (with the nearest name),
 * a row that does not parse, a text or a label that is empty or none.
 */
export async function* readLabelledTexts(
  path: string,
  columns: TextColumns,
): AsyncGenerator<LabelledText, void, undefined> {
  check("readLabelledTexts", "path", path, pathKind);
  const wanted = checkTextColumns("readLabelledTexts", columns);
  const { text, label, labels } = wanted;
  const column = label ?? labels!;
  for await (const { values, where } of tableRows(path, [text, column])) {
    const words = label === undefined ? labelsOf(values[1], wanted, where) : [labelOf(values[1], label, where)];
    yield { text: textOf(values[0], text, where), labels: words, where };
  }
}

/** @throws {TypeError | RangeError} unless the columns of texts and of their labels are named, and nothing else. */
export function checkTextColumns(where: string, columns: TextColumns): TextColumns {
  const checked = checkOptions(where, columns, COLUMNS, columns?.labels === undefined ? ["text", "label"] : ["text"]);
  if (checked.label !== undefined && checked.labels !== undefined)
    throw new RangeError(`${where}: label and labels are both given; texts have one label each, or several`);
  if (checked.separator !== undefined && checked.labels === undefined)
    throw new RangeError(`${where}: separator is given; it is of several labels a text, so give labels`);
  return checked;
}

/** Each once, in the order in which they stand; none where nothing stands there. */
function labelsOf(value: unknown, { labels, separator = ";" }: TextColumns, where: string): readonly string[] {
  if (value === null || value === undefined) return [];
  const list = Array.isArray(value) ? value : typeof value === "string" ? value.split(separator) : [value];
  const words = list.filter((word) => typeof word !== "string" || word.trim() !== "");
  return [...new Set(words.map((word) => labelOf(word, labels!, where)))];
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
