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

/**
 * Finds a member by reading only the end of an archive and its central directory (PKWARE APPNOTE 6.3.10, 4.3.12–4.3.16, and 4.5.3 for Zip64).
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
  const { at, size } = await findDirectory(tail, total, read);
  if (at + size > total || size > MAX_DIRECTORY) throw new ZipError(`its directory would be ${size} bytes at ${at}`);
  const first = total - tail.length;
  const directory = at >= first ? tail.subarray(at - first, at - first + size) : await read(at, at + size);

  for (let entry = 0; entry < directory.length; ) {
    expectRecord(directory, entry, 46, 0x02014b50, "a directory entry");
    const nameEnd = entry + 46 + directory.readUInt16LE(entry + 28);
    const extraEnd = nameEnd + directory.readUInt16LE(entry + 30);
    const end = extraEnd + directory.readUInt16LE(entry + 32);
    if (end > directory.length) throw new ZipError("its directory is cut off");
    if (directory.toString("utf8", entry + 46, nameEnd) === name) {
      return memberOf(directory.subarray(entry, entry + 46), directory.subarray(nameEnd, extraEnd));
    }
    entry = end;
  }
  return undefined;
}

/**
 * The archive's bytes `[from, to)` that hold a member's data: behind its local header, whose length only it knows.
 *
 * @throws {ZipError} if there is no local header.
 */
export async function memberData({ headerAt, compressedSize }: ZipMember, read: ReadBytes): Promise<[number, number]> {
  const header = await read(headerAt, headerAt + 30);
  expectRecord(header, 0, 30, 0x04034b50, "a local header");
  const from = headerAt + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  return [from, from + compressedSize];
}

/** The bytes are not those of a zip archive, or not of one that can be read. */
export class ZipError extends Error {
  override readonly name = "ZipError";
}

/** Far more than any archive of ours needs, and little enough to hold. */
const MAX_DIRECTORY = 64 * 2 ** 20;
const SEE_ZIP64 = 0xffffffff;

async function findDirectory(tail: Buffer, total: number, read: ReadBytes): Promise<{ at: number; size: number }> {
  const end = findEnd(tail);
  const usual = { at: tail.readUInt32LE(end + 16), size: tail.readUInt32LE(end + 12) };
  const locator = end - 20;
  const hasLocator = locator >= 0 && tail.readUInt32LE(locator) === 0x07064b50;
  if (!hasLocator) return usual;

  const at = long(tail, locator + 8);
  if (at + 56 > total) throw new ZipError(`its Zip64 record would be at ${at}`);
  const first = total - tail.length;
  const record = at >= first ? tail.subarray(at - first, at - first + 56) : await read(at, at + 56);
  expectRecord(record, 0, 56, 0x06064b50, "a Zip64 record");
  return { at: long(record, 48), size: long(record, 40) };
}

/** Where the last record begins: looked for from the end, since a comment of any bytes may follow it. */
function findEnd(tail: Buffer): number {
  for (let at = tail.length - 22; at >= 0; at--) {
    if (tail.readUInt32LE(at) === 0x06054b50 && at + 22 + tail.readUInt16LE(at + 20) === tail.length) return at;
  }
  throw new ZipError("it does not end as a zip archive does");
}

/** Sizes that do not fit stand in the extra field with id 1, in this order, each only where its own field is full. */
function memberOf(entry: Buffer, extra: Buffer): ZipMember {
  const wide: number[] = [];
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const field = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    for (let i = 0; i + 8 <= field.length; i += 8) wide.push(long(field, i));
  }
  const size = (at: number) => {
    const narrow = entry.readUInt32LE(at);
    if (narrow !== SEE_ZIP64) return narrow;
    const next = wide.shift();
    if (next === undefined) throw new ZipError("a directory entry lacks its Zip64 sizes");
    return next;
  };
  const full = size(24);
  const compressedSize = size(20);
  return {
    headerAt: size(42),
    compressedSize,
    size: full,
    crc32: entry.readUInt32LE(16),
    method: entry.readUInt16LE(10),
    isEncrypted: (entry.readUInt16LE(8) & 1) === 1,
  };
}

function long(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ZipError(`it speaks of byte ${value}`);
  return Number(value);
}

function expectRecord(bytes: Buffer, at: number, length: number, signature: number, what: string): void {
  if (at + length > bytes.length || bytes.readUInt32LE(at) !== signature) {
    throw new ZipError(`${what} was expected and is not there`);
  }
}
