import * as zlib from "node:zlib";
import { asyncBufferFromFile, type Compressors, parquetMetadataAsync, parquetScan, parquetSchema } from "hyparquet";
import { DataError, explainFileError } from "./data-error.ts";
import { columnPlaces, type TableRow } from "./table-columns.ts";

/**
 * Rows of a Parquet file, by hyparquet, one row group at a time. Rows count from 1, as `reviews.parquet, row 17`.
 *
 * Compression: none, Snappy, gzip, Brotli; Zstandard where Node has it (22.15 and newer).
 *
 * @throws {DataError} for a file that is none or damaged, and what hyparquet cannot decode.
 */
export async function* parquetRows(path: string, wanted: readonly string[]): AsyncGenerator<TableRow, void, undefined> {
  const file = await explained(path, asyncBufferFromFile(path));
  const metadata = await explained(path, parquetMetadataAsync(file));
  const names = parquetSchema(metadata).children.map(({ element }) => element.name);
  columnPlaces(names, wanted, path);

  const parsers = { stringFromBytes: (bytes: Uint8Array) => bytes && utf8.decode(bytes) };
  const columns = [...new Set(wanted)];
  const scan = await explained(path, parquetScan({ file, metadata, columns, compressors, parsers }));
  for (const { rowStart, rowEnd } of scan.ranges) {
    const read = (column: string) => explained(path, scan.readColumn({ column, rowStart, rowEnd }));
    const values = new Map<string, Awaited<ReturnType<typeof read>>>();
    for (const column of columns) values.set(column, await read(column));
    for (let i = 0; i < rowEnd - rowStart; i++) {
      yield { values: wanted.map((name) => values.get(name)![i]), where: `${path}, row ${rowStart + i + 1}` };
    }
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Of Node 22.15 and newer. */
const { zstdDecompressSync } = zlib as { readonly zstdDecompressSync?: (bytes: Uint8Array) => Uint8Array };

/** What Node decompresses; hyparquet has Snappy itself. */
const compressors: Compressors = {
  GZIP: (bytes) => zlib.gunzipSync(bytes),
  BROTLI: (bytes) => zlib.brotliDecompressSync(bytes),
  ...(zstdDecompressSync === undefined ? {} : { ZSTD: zstdDecompressSync }),
};

async function explained<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    const known = explainFileError(error, path);
    if (known instanceof DataError) throw known;
    throw new DataError(`${path}: this Parquet file cannot be read: ${adviceOf((error as Error).message)}`, {
      cause: error,
    });
  }
}

function adviceOf(message: string): string {
  if (/codec: ZSTD$/.test(message)) return `${message}; Node 22.15 and newer read it, or write it with Snappy`;
  if (/codec/.test(message)) return `${message}; write it with Snappy, gzip or no compression`;
  if (/footer|too short|metadata/.test(message)) return `${message}; it is damaged or no Parquet file, get it again`;
  return message;
}
