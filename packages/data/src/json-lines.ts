import { DataError, show } from "./data-error.ts";
import { columnPlaces, type TableRow } from "./table-columns.ts";
import { utf8Lines } from "./utf8-lines.ts";

/**
 * Rows of JSON lines: an object a line, whose keys are the columns. Blank lines are passed over.
 *
 * @throws {DataError} for a line that is no JSON object, or lacks a wanted key.
 */
export async function* jsonLinesRows(
  path: string,
  wanted: readonly string[],
): AsyncGenerator<TableRow, void, undefined> {
  for await (const { text, line } of utf8Lines(path)) {
    for (const [i, row] of text.split("\n").entries()) {
      if (row.trim() === "") continue;
      const where = `${path}:${line + i}`;
      const object = objectOf(row, where);
      if (!wanted.every((name) => Object.hasOwn(object, name))) columnPlaces(Object.keys(object), wanted, where);
      yield { values: wanted.map((name) => object[name]), where };
    }
  }
}

function objectOf(row: string, where: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(row);
  } catch (error) {
    if (row.trimStart().startsWith("[") || row.trim() === "{") {
      throw new DataError(`${where}: this is JSON over several lines; write one object a line (jq -c '.[]')`, {
        cause: error,
      });
    }
    throw new DataError(`${where}: is not JSON: ${show(row.trim())}; correct the line or delete it`, { cause: error });
  }
  if (Array.isArray(value)) throw new DataError(`${where}: is an array; write one object a line (jq -c '.[]')`);
  if (typeof value !== "object" || value === null) {
    throw new DataError(
      `${where}: ${show(row.trim())} is no object; a line is one, such as {"text": "…", "label": "…"}`,
    );
  }
  return value as Readonly<Record<string, unknown>>;
}
