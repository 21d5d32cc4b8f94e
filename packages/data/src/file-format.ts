import { DataError } from "./data-error.ts";

/** Forms of tables that are read, by the ending of a file's name. */
export type FileFormat = "csv" | "tsv" | "json-lines" | "parquet";

const ENDINGS: readonly (readonly [ending: string, format: FileFormat])[] = [
  [".csv", "csv"],
  [".tsv", "tsv"],
  [".tab", "tsv"],
  [".jsonl", "json-lines"],
  [".ndjson", "json-lines"],
  [".json", "json-lines"],
  [".parquet", "parquet"],
];

/**
 * The form of a file, as its name ends: `.csv`, `.tsv`, `.jsonl` (`.ndjson`, `.json`), each with `.gz` or without; `.parquet`.
 *
 * @throws {DataError} for another ending, and for `-`.
 */
export function formatOf(path: string): FileFormat {
  if (path === "-") {
    throw new DataError(`${path}: standard input cannot be read again when a run goes on; save it and name the file`);
  }
  const plain = path.toLowerCase().replace(/\.gz$/, "");
  const format = ENDINGS.find(([ending]) => plain.endsWith(ending))?.[1];
  if (format === undefined) {
    throw new DataError(
      `${path}: the name does not end in .csv, .tsv, .jsonl (each also .gz) or .parquet; rename the file`,
    );
  }
  if (format === "parquet" && path.toLowerCase().endsWith(".gz")) {
    throw new DataError(`${path}: Parquet is compressed inside; unpack the file first (gunzip)`);
  }
  return format;
}
