// yauzl checks no CRC-32, and bytes here come from the network: node:zlib computes it, as they pass.
import { crc32 } from "node:zlib";
import { ZipError } from "./zip-directory.ts";

/** What an archive's directory says of a member's bytes, unpacked. */
export interface MemberSum {
  readonly size: number;
  /** CRC-32 (PKWARE APPNOTE 6.3.10, 4.4.7). */
  readonly crc32: number;
}

/**
 * A member's unpacked bytes as they come. Nothing that was made of them may be used before the last has passed.
 *
 * @throws {ZipError} behind the last if their number or CRC-32 differs from the directory's; sooner if they are too many.
 */
export async function* checkMember(
  bytes: AsyncIterable<Buffer>,
  { size, crc32: published }: MemberSum,
): AsyncGenerator<Buffer, void, undefined> {
  let [count, sum] = [0, 0];
  for await (const chunk of bytes) {
    count += chunk.length;
    if (count > size) throw new ZipError(`more than its ${size} bytes`);
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (count < size) throw new ZipError(`${count} of its ${size} bytes`);
  if (sum !== published) throw new ZipError(`its CRC-32 is ${hex(sum)}, the archive says ${hex(published)}`);
}

function hex(sum: number): string {
  return sum.toString(16).padStart(8, "0");
}
