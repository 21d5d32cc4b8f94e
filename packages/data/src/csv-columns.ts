import { type CsvRow, checkColumns, readCsv, separatorHint } from "./csv.ts";
import { DataError, show } from "./data-error.ts";

/** A column of a CSV file that is wanted. */
export interface Column {
  /** What messages call it. */
  readonly title: string;
  /** How headers name it: small letters without blanks and signs. */
  readonly names: readonly string[];
}

/**
 * The wanted columns of a CSV file with or without a header: each row's fields in the order of `columns`.
 *
 * Without a header the file has just these columns, in this order. A header may name them in any order, in any case, among
 * others (pandas writes an index); one of other names counts as this order where it has as many fields.
 *
 * @param isHeader - Whether the first row is one.
 * @throws {DataError} as `readCsv`, and for a header that lacks a column or has no row below it.
 */
export async function* readColumns(
  path: string,
  columns: readonly Column[],
  isHeader: (first: readonly string[]) => boolean,
): AsyncGenerator<CsvRow, void, undefined> {
  let order: readonly number[] | undefined;
  let rows = 0;
  for await (const { fields, line } of readCsv(path)) {
    if (order === undefined) {
      const named = isHeader(fields);
      order = named ? orderOf(fields, columns, `${path}:${line}`) : columns.map((_, i) => i);
      if (named) continue;
      checkColumns(fields, columns.length, `${path}:${line}`);
    }
    rows++;
    yield { fields: order.map((at) => fields[at]!), line };
  }
  if (rows === 0) throw new DataError(`${path}:1: there is a header and no row below it; get the file again`);
}

/** Whether a header's field names the column. */
export function isNamed(field: string, { names }: Column): boolean {
  return names.includes(field.toLowerCase().replace(/[^a-z]/g, ""));
}

function orderOf(header: readonly string[], columns: readonly Column[], where: string): readonly number[] {
  const order = columns.map((column) => header.findIndex((field) => isNamed(field, column)));
  if (!order.includes(-1)) return order;
  if (header.length === columns.length) return columns.map((_, i) => i);
  const hint = separatorHint(header, columns.length) ?? "is this another file?";
  throw new DataError(
    `${where}: the header is ${show(header.join(","))}; expected the columns ` +
      `${columns.map(({ title }) => title).join(", ")}: ${hint}`,
  );
}
