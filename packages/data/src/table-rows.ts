import { readCsv, separatorHint } from "./csv.ts";
import { DataError } from "./data-error.ts";
import { formatOf } from "./file-format.ts";
import { jsonLinesRows } from "./json-lines.ts";
import { columnPlaces, HEADER, type TableRow } from "./table-columns.ts";
import { tsvRows } from "./tsv.ts";

/**
 * The wanted columns of a table, row by row: never the whole file at once.
 *
 * @throws {DataError} one line that names the file, the row and what to do: an unknown form, a missing column, a row that does not parse,
 *   no rows.
 */
export async function* tableRows(path: string, wanted: readonly string[]): AsyncGenerator<TableRow, void, undefined> {
  let rows = 0;
  for await (const row of await reader(path, wanted)) {
    rows++;
    yield row;
  }
  if (rows === 0) throw new DataError(`${path}: there are no rows; is this the right file?`);
}

async function reader(path: string, wanted: readonly string[]): Promise<AsyncGenerator<TableRow, void, undefined>> {
  switch (formatOf(path)) {
    case "csv":
      return csvTableRows(path, wanted);
    case "tsv":
      return tsvRows(path, wanted);
    case "json-lines":
      return jsonLinesRows(path, wanted);
    case "parquet": {
      const { parquetRows } = await import("./parquet.ts"); // hyparquet is loaded for Parquet files only
      return parquetRows(path, wanted);
    }
  }
}

/** The first row names the columns. */
async function* csvTableRows(path: string, wanted: readonly string[]): AsyncGenerator<TableRow, void, undefined> {
  let places: readonly number[] | undefined;
  for await (const { fields, line } of readCsv(path)) {
    const where = `${path}:${line}`;
    if (places === undefined) {
      const hint = separatorHint(fields, 2);
      if (hint !== undefined) throw new DataError(`${where}: the header is one column: ${hint}`);
      places = columnPlaces(fields, wanted, where, HEADER);
    } else yield { values: places.map((place) => fields[place]), where };
  }
}
