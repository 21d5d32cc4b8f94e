// By hand before fast-csv, and not by csv-parse: both read bytes that are no UTF-8 and mixed line ends without a word; here each fault is
// told with the line on which its row starts.
import { DataError, show } from "./data-error.ts";
import { utf8Lines } from "./utf8-lines.ts";

/** Whole rows of a CSV file, each with its line end (the file's last may lack one), not yet cut into fields. */
export interface CsvRows {
  readonly text: string;
  readonly starts: readonly RowStart[];
}

/** Where a row starts, and with what. */
export interface RowStart {
  /** Of the file, from 1. */
  readonly line: number;
  /** The first field, if it is blanks outside quotes, which fast-csv leaves out; else "". */
  readonly blanks: string;
}

/**
 * Cuts a CSV file into blocks of whole rows and refuses what RFC 4180 does not allow. Each character is looked at once.
 *
 * A line of blanks is no row; it is accepted at the end of the file only.
 *
 * @throws {DataError} `path:line: …`, where `line` is the line the row starts on.
 */
export async function* csvRows(path: string, maxRow: number): AsyncGenerator<CsvRows, void, undefined> {
  const scan = new Scan(path, maxRow);
  let unfinished: string[] = []; // the parts of a row that reaches over blocks

  for await (const { text } of utf8Lines(path)) {
    const fault = scan.block(text);
    if (scan.starts.length > 0) {
      yield { text: unfinished.join("") + text.slice(0, scan.end), starts: scan.starts };
      unfinished = [];
    }
    if (fault !== undefined) throw fault;
    if (scan.end < text.length) unfinished.push(text.slice(scan.end));
  }
  const last = scan.finish();
  if (last !== undefined) yield { text: unfinished.join(""), starts: [last] };
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const MARK = 0xfeff;

type State = "field start" | "unquoted" | "quoted" | "quote in quoted";

/** Where in a row the scan stands; it goes on over the blocks of a file. */
class Scan {
  readonly #path: string;
  readonly #maxRow: number;
  #state: State = "field start";
  #line = 1;
  #rowLine = 1; // where the current row starts
  #rowLength = 0; // of its part in earlier blocks
  #quoteLine = 1; // where the last quote opened
  #isBlank = true; // only blanks in this row so far
  #blanks = ""; // the row's first field, if it is blanks
  #blankLine = 0; // the first blank line passed; 0 if none was

  constructor(path: string, maxRow: number) {
    this.#path = path;
    this.#maxRow = maxRow;
  }

  /** Of the block scanned last: the starts of the rows that end in it, and the offset behind them. */
  starts: RowStart[] = [];
  end = 0;

  /** Scans a block of whole lines. @returns What is wrong with the row behind those that were found, if something is. */
  block(text: string): unknown {
    this.starts = [];
    this.end = 0;
    try {
      this.#scan(text);
      return undefined;
    } catch (fault) {
      return fault;
    }
  }

  #scan(text: string): void {
    let rowBegin = 0;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (this.#state === "quoted") {
        if (c === QUOTE) this.#state = "quote in quoted";
        else if (c === NEWLINE) this.#line++;
      } else if (c === NEWLINE || (c === RETURN && isLineEnd(text, i))) {
        if (c === RETURN && i + 1 < text.length) i++;
        this.#addLength(i - rowBegin);
        if (!this.#isBlank) {
          this.starts.push(this.#rowStart());
          this.end = i + 1;
        }
        this.#startRow();
        rowBegin = i + 1;
      } else {
        if (c === COMMA && this.#isBlank) this.#blanks = text.slice(rowBegin, i);
        this.#character(c, text, i);
      }
    }
    this.#addLength(text.length - rowBegin);
  }

  /** @returns The start of a last row without a line end, if there is one. */
  finish(): RowStart | undefined {
    if (this.#state === "quoted") {
      this.#fail(
        `the quote that opens on line ${this.#quoteLine} is never closed; close it, or double the quotes inside the field`,
      );
    }
    return this.#isBlank ? undefined : this.#rowStart();
  }

  #rowStart(): RowStart {
    return { line: this.#rowLine, blanks: this.#blanks };
  }

  #startRow(): void {
    this.#line++;
    if (this.#isBlank) this.#blankLine ||= this.#rowLine;
    this.#state = "field start";
    this.#rowLine = this.#line;
    this.#rowLength = 0;
    this.#isBlank = true;
    this.#blanks = "";
  }

  /** A character outside quotes that ends no row. */
  #character(c: number, text: string, at: number): void {
    if (this.#isBlank && !isBlank(c)) {
      if (this.#blankLine > 0) this.#fail("a blank line before the last row; delete it", this.#blankLine);
      if (c === MARK) this.#fail("a byte order mark inside the file, as where files were joined; delete it");
      this.#isBlank = false;
    }
    if (c === QUOTE) {
      if (this.#state === "unquoted") {
        this.#fail(
          "a quote inside a field that does not begin with one; put the field in quotes and double those inside",
        );
      }
      if (this.#state === "field start") this.#quoteLine = this.#line;
      this.#state = "quoted";
    } else if (c === COMMA) {
      this.#state = "field start";
    } else if (c === RETURN) {
      this.#fail("a carriage return without a line feed outside quotes; save the file with LF or CRLF line ends");
    } else {
      if (this.#state === "quote in quoted") {
        const where = this.#line > this.#rowLine ? ` on line ${this.#line}` : "";
        const isSeparator = /^[;\t|]["\w]/.test(text.slice(at, at + 2));
        this.#fail(
          `text after a closing quote${where}: ${show(lineFrom(text, at))}; ` +
            (isSeparator
              ? "fields are separated by commas here: save the file with commas"
              : "double the quotes inside a field, or close the quote of the field before"),
        );
      }
      this.#state = "unquoted";
    }
  }

  #addLength(length: number): void {
    this.#rowLength += length;
    if (this.#rowLength > this.#maxRow) {
      this.#fail(`the row that starts here is longer than ${this.#maxRow} characters; is a quote not closed?`);
    }
  }

  #fail(what: string, line: number = this.#rowLine): never {
    throw new DataError(`${this.#path}:${line}: ${what}`);
  }
}

/** A carriage return before a line feed, or the very last character of a file. */
function isLineEnd(text: string, at: number): boolean {
  return at + 1 === text.length || text.charCodeAt(at + 1) === NEWLINE;
}

// What fast-csv's `\s` takes for blank, without the mark.
function isBlank(c: number): boolean {
  return c === 0x20 || (c < 0x0e && c > 0x08) || (c > 0x7f && c !== MARK && /\s/.test(String.fromCharCode(c)));
}

function lineFrom(text: string, at: number): string {
  return text.slice(at, at + 41).split("\n", 1)[0]!;
}
