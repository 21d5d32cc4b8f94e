import { nearestName } from "@ltt/core/arguments";
import { DataError, show } from "./data-error.ts";

/** A row of a table: the wanted columns' values as the file has them, and where the row is. */
export interface TableRow {
  readonly values: readonly unknown[];
  /** `reviews.csv:17`, for messages. */
  readonly where: string;
}

/**
 * Where the wanted columns stand among those that there are.
 *
 * @param theyAre - Begins the list of those that there are in a message.
 * @throws {DataError} for a column that is not there, with the nearest name and those that are, and for one that is there twice.
 */
export function columnPlaces(
  there: readonly string[],
  wanted: readonly string[],
  where: string,
  theyAre: string = "columns are",
): readonly number[] {
  return wanted.map((name) => {
    const place = there.indexOf(name);
    if (place === -1)
      throw new DataError(`${where}: there is no column ${show(name)}; ${columnHint(name, there, theyAre)}`);
    if (there.indexOf(name, place + 1) !== -1) {
      throw new DataError(`${where}: there are two columns ${show(name)}; rename one of them`);
    }
    return place;
  });
}

/** Column names in a message, at most. */
const LISTED = 20;

function columnHint(name: string, there: readonly string[], theyAre: string): string {
  const nearest = nearestName(name, there);
  const names = there.slice(0, LISTED).map(show).join(", ");
  const others = there.length > LISTED ? ` and ${there.length - LISTED} others` : "";
  const meant = nearest === undefined ? "" : `did you mean ${show(nearest)}? `;
  return `${meant}${theyAre} ${names}${others}`;
}

/** `theyAre` of a file whose first line names the columns: a file without that line shows its first row there. */
export const HEADER = "the first line names the columns, here";
