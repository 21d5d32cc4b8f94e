import { pipeline, Readable } from "node:stream";
import { parse } from "@fast-csv/parse";
import { check, checkOptions, type Kinds, list, positive, text } from "@ltt/core/arguments";
import { csvRows, type RowStart } from "./csv-rows.ts";
import { DataError, show } from "./data-error.ts";
import { path as pathKind } from "./path.ts";

/** A row of a CSV file: its fields, and the line of the file (from 1) on which it starts. */
export interface CsvRow {
  readonly fields: readonly string[];
  readonly line: number;
}

export interface CsvOptions {
  /** Fields that every row must have; as many as the first unless told. */
  readonly columns?: number;
  /** Names the first row must hold; without it the file has no header. */
  readonly header?: readonly string[];
  /** UTF-16 units a row may have before a quote is taken to be unclosed; 16 Mi unless told. */
  readonly maxRow?: number;
}

const OPTIONS: Kinds<CsvOptions> = { columns: positive, header: list, maxRow: positive };

/**
 * Reads a CSV file (RFC 4180: commas, double quotes, doubled to stand inside a field) row by row, strictly.
 *
 * fast-csv cuts rows into fields, but it is lenient: it gives short rows as they are, takes `"a" ,` and `a"b`, calls a lone
 * carriage return a line end, drops a row of blanks and the blanks of a first field that has nothing else, and scans an unfinished
 * row again with every block it gets, which is quadratic when a quote is never closed. So rows are delimited and checked here first,
 * and it is given whole rows only.
 * A byte order mark, CRLF and blank lines at the end of the file are accepted.
 *
 * Rows before a fault are always yielded before its error is thrown.
 *
 * @throws {DataError} `path:line: what is wrong, what to do`, where `line` is the line the row starts on (the byte's own line
 * for bytes that are not text): a short or long row, a quote unclosed or misplaced, text after a closing quote, a blank line
 * between rows, an empty file, another header, bytes that are not UTF-8, a NUL.
 */
export async function* readCsv(path: string, options: CsvOptions = {}): AsyncGenerator<CsvRow, void, undefined> {
  check("readCsv", "path", path, pathKind);
  const { header, maxRow = 16 * 2 ** 20 } = checkOptions("readCsv", options, OPTIONS);
  for (const [i, name] of (header ?? []).entries()) check("readCsv", `header[${i}]`, name, text);
  let { columns } = options;
  const starts: RowStart[] = [];
  let fault: unknown;

  // A fault ends the stream quietly and is thrown behind the rows before it: so the first fault in the file is the one
  // reported, however far ahead of the reader the stream has run.
  async function* wholeRows(): AsyncGenerator<string, void, undefined> {
    try {
      for await (const rows of csvRows(path, maxRow)) {
        starts.push(...rows.starts);
        yield rows.text;
      }
    } catch (error) {
      fault = error;
    }
  }

  const parser = parse<string[], string[]>({ headers: false, ignoreEmpty: false });
  pipeline(Readable.from(wholeRows()), parser, () => {}); // its errors reach the loop below through the parser

  let count = 0;
  let taken = 0;
  for await (const fields of parser as AsyncIterable<string[]>) {
    const start = starts[taken++];
    if (start === undefined) throw new Error(`${path}: fast-csv found more rows than there are`);
    const { line, blanks } = start;
    if (blanks !== "") fields[0] = blanks;
    if (taken === 4096) {
      starts.splice(0, taken);
      taken = 0;
    }
    const isHeader = count++ === 0 && header !== undefined;
    if (isHeader) checkHeader(fields, header, `${path}:${line}`);
    else {
      columns ??= fields.length;
      checkColumns(fields, columns, `${path}:${line}`);
      yield { fields, line };
    }
  }
  if (fault !== undefined) throw fault;
  if (taken !== starts.length) throw new Error(`${path}: fast-csv found fewer rows than there are`);
  if (count === 0) throw new DataError(`${path}:1: the file is empty; get it again`);
  if (count === 1 && header !== undefined) {
    throw new DataError(`${path}:1: there is a header and no row below it; get the file again`);
  }
}

function checkHeader(fields: readonly string[], header: readonly string[], where: string): void {
  if (fields.length === header.length && fields.every((field, i) => field === header[i])) return;
  throw new DataError(
    `${where}: the header is ${show(fields.join(","))}; expected "${header.join(",")}": is this another file?`,
  );
}

/** @throws {DataError} unless there are so many fields. */
export function checkColumns(fields: readonly string[], columns: number, where: string): void {
  if (fields.length === columns) return;
  const kind = fields.length < columns ? "short" : "long";
  throw new DataError(
    `${where}: a ${kind} row, ${fields.length} ${fields.length === 1 ? "field" : "fields"} where ${columns} belong: ` +
      `${show(fields.join(","))}; ${separatorHint(fields, columns) ?? "quote fields that hold commas or line breaks"}`,
  );
}

/** What to do with a row that is cut at something else than commas; `undefined` for others. */
export function separatorHint(fields: readonly string[], columns: number): string | undefined {
  if (fields.length !== 1 || columns < 2) return undefined;
  for (const [separator, name] of separators) {
    if (fields[0]!.split(separator).length >= columns) {
      return `its fields are separated by ${name}: save the file with commas`;
    }
  }
  return undefined;
}

const separators = [
  [";", "semicolons"],
  ["\t", "tabs"],
  ["|", "bars"],
] as const;
