import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { DataError, explainFileError } from "./data-error.ts";

/**
 * The bytes of a member of a `.tar.gz`, streamed: nothing is unpacked.
 *
 * @param name - Of the member, whatever folder of the archive it is in.
 * @throws {DataError} if the archive is damaged, or has no such member.
 */
export async function tarMember(path: string, name: string): Promise<Buffer> {
  for await (const { bytes } of tarMembers(path, (member) => member === name)) return bytes;
  throw new DataError(`${path}: has no ${name}; is this another archive? Get it again`);
}

/**
 * The members of a `.tar.gz` that are wanted, in the archive's order, one at a time.
 *
 * @param isWanted - By the name, without the folder.
 * @throws {DataError} if the archive is damaged.
 */
export async function* tarMembers(
  path: string,
  isWanted: (name: string) => boolean,
): AsyncGenerator<{ readonly name: string; readonly bytes: Buffer }, void, undefined> {
  const entries = extract();
  pipeline(createReadStream(path), createGunzip(), entries, () => {}); // its errors reach the loop below through `entries`
  try {
    for await (const entry of entries) {
      // macOS's tar puts a file of attributes beside each, `._name`.
      const name = basename(entry.header.name);
      if (entry.header.type === "file" && isWanted(name)) yield { name, bytes: await bytesOf(entry) };
      else entry.resume();
    }
  } catch (error) {
    const explained = explainFileError(error, path);
    if (explained instanceof DataError) throw explained;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(`${path}: not a whole .tar.gz (${reason}); get it again`, { cause: error });
  }
}

/** tar-stream's types do not say what an entry is a stream of (streamx ships none). */
async function bytesOf(entry: object): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
