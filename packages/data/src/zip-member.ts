// yauzl reads the directory (`zip-directory.ts`); fetching only the member, going on where a connection broke, and its CRC-32 before
// anything uses it, are here.
import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { createInflateRaw } from "node:zlib";
import { Interruption, plainHeaders, rangeOf, refusal, request, type StallWatch } from "./connection.ts";
import { DataError, explainFileError } from "./data-error.ts";
import { checkMember } from "./zip-check.ts";
import { findZipMember, memberData, TAIL, ZipError, type ZipMember } from "./zip-directory.ts";

/** A file in a zip archive on the network. */
export interface RemoteMember {
  /** Of the archive. */
  readonly url: string;
  readonly member: string;
}

/** Bytes `[from, to)` of a file on the network. */
export type Window = readonly [from: number, to: number];

/**
 * Finds a member in an archive on the network, from the archive's end.
 *
 * @param path - Where the member shall be, for messages.
 * @throws {Interruption} if the network fails.
 * @throws {DataError} if the server sends no ranges, the archive is none, has no such member, or packs it in an unknown way.
 */
export async function locateMember(
  remote: RemoteMember,
  path: string,
  { watch, redirects, onContact }: { watch: StallWatch; redirects: number; onContact: () => void },
): Promise<{ member: ZipMember; window: Window }> {
  const { url, member: name } = remote;
  const fetchBytes = async (range: string): Promise<{ bytes: Buffer; total: number }> => {
    const response = await request(url, { ...plainHeaders, range: `bytes=${range}` }, watch, redirects);
    onContact();
    const { total } = rangeOf(response) ?? {};
    if (response.status !== 206 || total === undefined) {
      await response.body?.cancel();
      const known = response.status === 200 || response.status === 206 || response.status === 416;
      throw known ? noRanges(remote, path) : refusal(response, url, path);
    }
    return { bytes: Buffer.from(await watch.guard(response.arrayBuffer())), total };
  };
  const read = async (from: number, to: number) => {
    const { bytes } = await fetchBytes(`${from}-${to - 1}`);
    if (bytes.length !== to - from) throw new Interruption("the server sent fewer bytes than were asked for");
    return bytes;
  };
  try {
    const { bytes: tail, total } = await fetchBytes(`-${TAIL}`);
    const member = await findZipMember(name, { tail, total, read });
    if (member === undefined) throw new DataError(`${url}: holds no ${name}; has the archive changed? Get it by hand`);
    if (member.isEncrypted || (member.method !== 0 && member.method !== 8)) {
      throw new DataError(
        `${url}: ${name} is packed in a way that is not read here (method ${member.method}); get it by hand`,
      );
    }
    const window = await memberData(member, read);
    if (window[1] > total) throw new ZipError(`${name} would end behind the archive's end`);
    return { member, window };
  } catch (error) {
    if (!(error instanceof ZipError)) throw error;
    throw new DataError(`${url}: not a zip archive: ${error.message}; get the file by hand`);
  }
}

/**
 * Unpacks `path.part` to `path.unpacked`, in little memory, and checks it against the archive's CRC-32.
 *
 * @throws {DataError} if the disk is full, or the part is damaged, which is then removed.
 */
export async function unpackMember(remote: RemoteMember, path: string, member: ZipMember): Promise<void> {
  const [part, unpacked] = [`${path}.part`, `${path}.unpacked`];
  const checked = (source: AsyncIterable<Buffer>) => checkMember(source, member);
  try {
    const source = createReadStream(part, { highWaterMark: 2 ** 20 });
    const target = createWriteStream(unpacked, { flush: true });
    await (member.method === 0
      ? pipeline(source, checked, target)
      : pipeline(source, createInflateRaw({ chunkSize: 2 ** 18 }), checked, target));
  } catch (error) {
    await rm(unpacked, { force: true });
    const explained = explainFileError(error, unpacked);
    if (explained instanceof DataError) throw explained;
    for (const damaged of [part, `${part}.mark`]) await rm(damaged, { force: true });
    throw new DataError(
      `${remote.url}: the download of ${remote.member} is damaged (${error instanceof Error ? error.message : String(error)}); ` +
        "it was removed: run the same again, or get the file elsewhere",
    );
  }
}

/** For a server that answers with the whole archive. */
export function noRanges({ url, member }: RemoteMember, path: string): DataError {
  const archive = basename(new URL(url).pathname);
  return new DataError(
    `${url}: the server sends no parts of files, and ${member} is only a part: get the whole ${archive} by hand, and put it, or ` +
      `${member} out of it, into ${dirname(path)}`,
  );
}
