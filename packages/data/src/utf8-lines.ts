// By hand and not by node:readline, which replaces bytes that are no UTF-8, ends lines at a lone CR, and holds a line of any length.
import { DataError } from "./data-error.ts";
import { fileBytes } from "./file-bytes.ts";

/** Whole lines of a text file, decoded: `text` begins at line `line` (from 1) and ends at a line's end or the file's. */
export interface Lines {
  readonly text: string;
  readonly line: number;
}

/** The same, not decoded. */
export interface ByteLines {
  readonly bytes: Buffer;
  readonly line: number;
}

/**
 * Reads a UTF-8 file as blocks of whole lines, about 64 KiB each, in time and memory linear in the longest line.
 *
 * A byte order mark at the start is dropped. Bytes are decoded strictly, never replaced by U+FFFD.
 *
 * @throws {DataError} `path:line: …` for bytes that are not UTF-8, a NUL, or a line over 64 MiB; for a file that cannot be read.
 */
export async function* utf8Lines(path: string): AsyncGenerator<Lines, void, undefined> {
  for await (const { bytes, line } of byteLines(path)) yield* decode(bytes, path, line);
}

/**
 * Blocks of whole lines as bytes.
 *
 * @param path - The file, and what messages call it.
 * @param bytes - Its bytes, where they come from elsewhere, as out of an archive.
 * @throws {DataError} `path:line: …` for a line over 64 MiB, and for UTF-16; for a file that cannot be read.
 */
export async function* byteLines(
  path: string,
  bytes: AsyncIterable<Buffer> = fileBytes(path),
): AsyncGenerator<ByteLines, void, undefined> {
  let line = 1;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const blockOf = (block: Buffer): ByteLines => {
    if (line > 1) return { bytes: block, line };
    refuseUtf16(block, path);
    const hasMark = block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf;
    return { bytes: hasMark ? block.subarray(3) : block, line };
  };

  for await (const chunk of bytes) {
    const end = chunk.lastIndexOf(newline) + 1;
    if (end > 0) {
      const block = Buffer.concat([...pending, chunk.subarray(0, end)]);
      yield blockOf(block);
      line += countNewlines(block);
      pending = [];
      pendingBytes = 0;
    }
    if (end < chunk.length) {
      pending.push(chunk.subarray(end));
      pendingBytes += chunk.length - end;
      if (pendingBytes > maxLine) {
        throw new DataError(
          `${path}:${line}: this line is longer than ${maxLine} bytes; this is not a text file of rows`,
        );
      }
    }
  }
  if (pendingBytes > 0) yield blockOf(Buffer.concat(pending));
}

const newline = 0x0a;
/** So that a file without line ends cannot fill the memory. */
const maxLine = 64 * 2 ** 20;
// The decoder would drop a mark at the start of every block; `byteLines` drops the file's only.
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of whole lines; where there is a fault, the lines before it first. */
function* decode(bytes: Buffer, path: string, line: number): Generator<Lines, void, undefined> {
  const text = bytes.includes(0) ? undefined : decodeStrictly(bytes);
  if (text !== undefined) {
    if (text !== "") yield { text, line };
    return;
  }

  const { at, what } = findFault(bytes);
  const before = bytes.subarray(0, bytes.lastIndexOf(newline, at - bytes.length) + 1);
  if (before.length > 0) yield { text: strict.decode(before), line };
  throw new DataError(`${path}:${line + countNewlines(before)}: ${what}`);
}

function decodeStrictly(bytes: Buffer): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined; // the fault is looked for, and told, by the caller
  }
}

function refuseUtf16(start: Buffer, path: string): void {
  const mark = start.length > 1 ? start.readUInt16BE(0) : 0;
  if (mark === 0xfffe || mark === 0xfeff) throw new DataError(`${path}:1: this file is UTF-16; save it as UTF-8`);
  if (isUtf16(start)) {
    throw new DataError(`${path}:1: this file is UTF-16 without a byte order mark; save it as UTF-8`);
  }
}

/** ASCII in UTF-16: every other of the first bytes is 0. */
function isUtf16(bytes: Buffer): boolean {
  if (bytes.length < 8) return false;
  const isNul = [0, 1, 2, 3, 4, 5, 6, 7].map((at) => bytes[at] === 0);
  return isNul.every((nul, at) => nul === isNul[at % 2]) && isNul[0] !== isNul[1];
}

function findFault(bytes: Buffer): { at: number; what: string } {
  const nul = bytes.indexOf(0);
  const at = firstInvalid(bytes);
  if (nul !== -1 && (at === -1 || nul < at)) {
    return { at: nul, what: "there is a NUL byte; the file is damaged or not text: get it again, or remove the byte" };
  }
  const value = bytes[at]!.toString(16).padStart(2, "0");
  const column = at - bytes.lastIndexOf(newline, at - bytes.length);
  return { at, what: `byte 0x${value} (byte ${column} of the line) is not UTF-8; save the file as UTF-8` };
}

/** Where replacing decoding first inserts a U+FFFD that does not stand in the bytes, or −1. */
function firstInvalid(bytes: Buffer): number {
  const replaced = bytes.toString("utf8");
  let at = 0;
  for (let from = 0; ; ) {
    const next = replaced.indexOf("\ufffd", from);
    if (next === -1) return -1;
    at += Buffer.byteLength(replaced.slice(from, next));
    if (!(bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd)) return at;
    at += 3;
    from = next + 1;
  }
}

function countNewlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) count++;
  return count;
}
