import { DataError, show } from "./data-error.ts";
import { columnPlaces, HEADER, type TableRow } from "./table-columns.ts";
import { utf8Lines } from "./utf8-lines.ts";

/**
 * Rows of tab-separated values: a line is a row, a tab ends a field (IANA, text/tab-separated-values), the first row names the columns.
 *
 * Quotes are ordinary characters, as most corpora have them; but a field that is quoted as spreadsheets and pandas do it, quotes around and
 * those inside doubled, loses its quotes.
 *
 * @throws {DataError} for a row of fewer or more fields than the header.
 */
export async function* tsvRows(path: string, wanted: readonly string[]): AsyncGenerator<TableRow, void, undefined> {
  let columns = 0;
  let places: readonly number[] | undefined;
  for await (const { text, line } of utf8Lines(path)) {
    const lines = text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    for (const [i, row] of lines.entries()) {
      const where = `${path}:${line + i}`;
      const fields = row.replace(/\r$/, "").split("\t");
      if (places === undefined) {
        columns = fields.length;
        places = columnPlaces(fields.map(unquoted), wanted, where, HEADER);
        continue;
      }
      if (fields.length !== columns) {
        throw new DataError(
          `${where}: ${fields.length} ${fields.length === 1 ? "field" : "fields"} where ${columns} belong: ${show(row)}; ` +
            "a field holds no tab and no line break: save the file as CSV or JSON lines",
        );
      }
      yield { values: places.map((place) => unquoted(fields[place]!)), where };
    }
  }
}

/** The field without the quotes of a spreadsheet. */
function unquoted(field: string): string {
  return /^"(?:[^"]|"")*"$/.test(field) ? field.slice(1, -1).replaceAll('""', '"') : field;
}
