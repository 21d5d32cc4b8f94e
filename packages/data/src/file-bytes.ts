import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { DataError, errorCode, explainFileError } from "./data-error.ts";

/**
 * The bytes of a file; of one that gzip compressed, what it holds, checked against its CRC-32 and size (RFC 1952).
 *
 * @throws {DataError} for a file that cannot be read, a gzip file that is damaged, and other compressed files.
 */
export async function* fileBytes(path: string): AsyncGenerator<Buffer, void, undefined> {
  try {
    const start = await firstBytes(path);
    const other = compressions.find(({ magic }) => start.startsWith(magic));
    if (other !== undefined) {
      throw new DataError(`${path}: this file is compressed by ${other.name}; unpack it first (${other.command})`);
    }
    for await (const chunk of start.startsWith("\x1f\x8b") ? unzipped(path) : createReadStream(path)) yield chunk;
  } catch (error) {
    if (errorCode(error)?.startsWith("Z_")) {
      throw new DataError(`${path}: not a whole gzip file (${(error as Error).message}); get it again`, {
        cause: error,
      });
    }
    throw explainFileError(error, path);
  }
}

const compressions = [
  { magic: "PK\x03\x04", name: "zip", command: "unzip" },
  { magic: "\xfd7zXZ\0", name: "xz", command: "unxz" },
  { magic: "BZh", name: "bzip2", command: "bunzip2" },
  { magic: "\x28\xb5\x2f\xfd", name: "Zstandard", command: "unzstd" },
  { magic: "7z\xbc\xaf\x27\x1c", name: "7-Zip", command: "7z x" },
] as const;

async function firstBytes(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await file.close();
  }
}

function unzipped(path: string): Readable {
  return pipeline(createReadStream(path), createGunzip({ chunkSize: 2 ** 16 }), () => {}); // its errors reach who reads it
}
