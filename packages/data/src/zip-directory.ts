import { type Entry, fromRandomAccessReader, RandomAccessReader, type ZipFile } from "yauzl";

/** Where the bytes of a file in a zip archive are, and what becomes of them. */
export interface ZipMember {
  /** The first byte of its local header, in the archive. */
  readonly headerAt: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Of its `size` bytes. */
  readonly crc32: number;
  /** 0 stored as it is, 8 deflated. */
  readonly method: number;
  readonly isEncrypted: boolean;
}

/** Bytes `[from, to)` of an archive. */
export type ReadBytes = (from: number, to: number) => Promise<Buffer>;

/** The record that ends an archive with the longest comment that it can have, and the Zip64 locator before it. */
export const TAIL: number = 22 + 0xffff + 20;

/** The bytes are not those of a zip archive, or not of one that can be read. */
export class ZipError extends Error {
  override readonly name = "ZipError";
}

/**
 * Finds a member by reading only the end of an archive and its central directory, which yauzl parses.
 *
 * @param tail - The archive's last `TAIL` bytes, or all of it.
 * @param total - Bytes of the whole archive.
 * @returns `undefined` if there is no member of that name.
 * @throws {ZipError} if this is not the end of a zip archive.
 */
export async function findZipMember(
  name: string,
  { tail, total, read }: { tail: Buffer; total: number; read: ReadBytes },
): Promise<ZipMember | undefined> {
  const reader = new DirectoryReader(tail, total, read);
  try {
    const entry = await findEntry(reader, total, Buffer.from(name));
    return entry && memberOf(entry);
  } catch (error) {
    throw reader.failure ?? new ZipError((error as Error).message, { cause: error });
  }
}

function findEntry(reader: RandomAccessReader, total: number, name: Buffer): Promise<Entry | undefined> {
  return new Promise((resolve, reject) => {
    // Names as bytes: one that leads out of a folder is no fault here, where nothing is written by its name. Sizes are checked as the bytes
    // come (`checkMember`).
    const options = { lazyEntries: true, decodeStrings: false, autoClose: false, validateEntrySizes: false };
    fromRandomAccessReader(reader, total, options, (error: Error | null, archive: ZipFile) => {
      if (error) return reject(error);
      archive.on("error", reject);
      archive.on("end", () => resolve(undefined));
      archive.on("entry", (entry: Entry) => {
        const fileName: unknown = entry.fileName; // bytes, as `decodeStrings` is off; a string by the types
        if (Buffer.isBuffer(fileName) && name.equals(fileName)) resolve(entry);
        else archive.readEntry();
      });
      archive.readEntry();
    });
  });
}

function memberOf(entry: Entry): ZipMember {
  return {
    headerAt: entry.relativeOffsetOfLocalHeader,
    compressedSize: entry.compressedSize,
    size: entry.uncompressedSize,
    crc32: entry.crc32,
    method: entry.compressionMethod,
    isEncrypted: (entry.generalPurposeBitFlag & 1) === 1,
  };
}

/** Far more than any archive of ours needs, and little enough to hold. */
const MAX_DIRECTORY = 64 * 2 ** 20;

/**
 * Reads from an archive's tail. yauzl asks entry by entry: what lies before the tail is fetched at once, from the first byte that is asked
 * for.
 */
class DirectoryReader extends RandomAccessReader {
  /** What went wrong with fetching: no fault of the archive. */
  failure: unknown;
  readonly #total: number;
  readonly #read: ReadBytes;
  #held: Buffer;

  constructor(tail: Buffer, total: number, read: ReadBytes) {
    super();
    this.#held = tail;
    this.#total = total;
    this.#read = read;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.#bytes(position, length).then(
      (bytes) => {
        bytes.copy(buffer, offset);
        callback(null);
      },
      (error) => callback(error),
    );
  }

  async #bytes(position: number, length: number): Promise<Buffer> {
    if (position + length > this.#total) throw new ZipError("its directory would end behind its end");
    const first = this.#total - this.#held.length;
    if (position < first) {
      if (first - position > MAX_DIRECTORY)
        throw new ZipError(`its directory would begin at ${position} of ${this.#total}`);
      const missing = await this.#read(position, first).catch((error: unknown) => {
        this.failure = error;
        throw error;
      });
      this.#held = Buffer.concat([missing, this.#held]);
    }
    const at = position - (this.#total - this.#held.length);
    return this.#held.subarray(at, at + length);
  }
}

/**
 * The archive's bytes `[from, to)` that hold a member's data: behind its local header, whose length only it knows (PKWARE APPNOTE 6.3.10,
 * 4.3.7).
 *
 * @throws {ZipError} if there is no local header.
 */
export async function memberData({ headerAt, compressedSize }: ZipMember, read: ReadBytes): Promise<[number, number]> {
  const header = await read(headerAt, headerAt + 30);
  if (header.readUInt32LE(0) !== 0x04034b50) throw new ZipError("a local header was expected and is not there");
  const from = headerAt + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  return [from, from + compressedSize];
}
