// By hand on fetch: no kept library goes on with a part of a file in a later process, by the mark (ETag) that its server gave it, and
// checks the whole against a published sum.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  above0,
  atLeast0,
  callable,
  check,
  checkOptions,
  count,
  type Kind,
  type Kinds,
  object,
  oneOf,
  text,
} from "@ltt/core/arguments";
import { Interruption, plainHeaders, rangeOf, refusal, request, StallWatch } from "./connection.ts";
import { DataError, errorCode, explainFileError } from "./data-error.ts";
import { path as pathKind } from "./path.ts";
import { locateMember, noRanges, unpackMember, type Window } from "./zip-member.ts";

export interface Checksum {
  readonly algorithm: "md5" | "sha256";
  /** Small hexadecimal digits. */
  readonly hex: string;
}

/** A file on the network whose bytes are known beforehand. */
export interface Remote {
  readonly url: string;
  /** The file is this member of the zip archive at `url`: no more of that is fetched than the member needs. */
  readonly member?: string;
  /** Of the file; of a member, as it is unpacked. */
  readonly checksum: Checksum;
}

/** How far a download is: bytes there and to come (`undefined` if the server does not say), bytes a second on this connection. */
export interface Progress {
  readonly bytes: number;
  readonly total: number | undefined;
  readonly rate: number;
}

/** Time, as an argument, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since some moment; never goes back. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

export interface DownloadOptions {
  readonly onProgress?: (progress: Progress) => void;
  /** Milliseconds without a byte until the connection is given up; 30,000 unless told. */
  readonly stallTimeout?: number;
  /** Attempts after the first, each going on where the one before broke off; 5 unless told. */
  readonly retries?: number;
  /** Milliseconds before the first retry, doubled for each further; 1,000 unless told. */
  readonly backoff?: number;
  /** Redirections followed in a row; 5 unless told. */
  readonly redirects?: number;
  readonly clock?: Clock;
  /** Breaks the download off; its part stays, to be resumed. */
  readonly signal?: AbortSignal;
}

const OPTIONS: Kinds<DownloadOptions> = {
  onProgress: callable,
  stallTimeout: above0,
  retries: count,
  backoff: atLeast0,
  redirects: count,
  clock: object,
  signal: { words: "an AbortSignal", accepts: (value) => value instanceof AbortSignal },
};

/** The options, whatever of the progress is told. */
type Told = Omit<DownloadOptions, "onProgress"> & { readonly onProgress?: (...progress: never) => void };

/** @throws {TypeError | RangeError} if an option is unknown, or not of its kind. */
export function checkDownloadOptions(where: string, options: Told): void {
  const { clock } = checkOptions(where, options, OPTIONS);
  if (clock === undefined) return;
  for (const name of ["now", "sleep"] as const) check(where, `clock.${name}`, clock[name], callable);
}

const httpUrl: Kind = {
  type: "string",
  words: "an http or https URL",
  accepts: (value) => typeof value === "string" && /^https?:/i.test(value) && URL.canParse(value),
};
const digits = { md5: 32, sha256: 64 } as const;
const algorithm = oneOf(...Object.keys(digits));

/** @throws {TypeError | RangeError} unless the value is a file on the network. */
export function checkRemote(where: string, name: string, remote: Remote): void {
  check(where, name, remote, object);
  check(where, `${name}.url`, remote.url, httpUrl);
  if (remote.member !== undefined) check(where, `${name}.member`, remote.member, text);
  const { checksum } = remote;
  check(where, `${name}.checksum`, checksum, object);
  check(where, `${name}.checksum.algorithm`, checksum.algorithm, algorithm);
  const length = digits[checksum.algorithm];
  check(where, `${name}.checksum.hex`, checksum.hex, {
    type: "string",
    words: `a string of ${length} small hexadecimal digits`,
    accepts: (value) => typeof value === "string" && value.length === length && /^[0-9a-f]+$/.test(value),
  });
}

/**
 * Downloads a file to `path`, whole and right or not at all.
 *
 * Bytes are streamed to `path.part`. A connection that breaks or stalls is made anew and goes on there, with `Range` and the
 * server's own `If-Range` mark, which is kept in `path.part.mark`; so does a later call after a crash. A server that knows no
 * ranges, or whose file has changed, sends all again. The whole is checked against the checksum, flushed and renamed.
 *
 * Of a member of a zip archive only the archive's end and the member's own bytes are asked for, by ranges; resumed in the same way, then
 * unpacked.
 *
 * @throws {DataError} in one line that says what to do: no network, an HTTP error, too many redirections, stalls or cuts,
 * another checksum (then the part is removed), a full disk, a folder nobody may write to; of a member: a server without ranges, no zip
 * archive.
 */
export async function download(remote: Remote, path: string, options: DownloadOptions = {}): Promise<void> {
  checkRemote("download", "remote", remote);
  check("download", "path", path, pathKind);
  checkDownloadOptions("download", options);
  await onDisk(path, () => makeFolder(dirname(path)));
  const { url, member: name } = remote;
  if (name === undefined) {
    await persistently(remote, path, options, (connection) => fetchRest(remote, path, connection));
    await settle(remote, `${path}.part`, path);
    return;
  }
  const archive = { url, member: name };
  const { member, window } = await persistently(remote, path, options, (connection) =>
    locateMember(archive, path, { ...connection, redirects: options.redirects ?? 5 }),
  );
  await persistently(remote, path, options, (connection) => fetchRest(remote, path, connection, window));
  await unpackMember(archive, path, member);
  await settle(remote, `${path}.unpacked`, path);
}

/**
 * The checksum of a file, streamed.
 *
 * @throws {DataError} if it cannot be read.
 */
export async function checksumOf(path: string, algorithm: Checksum["algorithm"]): Promise<string> {
  const hash = createHash(algorithm);
  await onDisk(path, async () => {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk);
  });
  return hash.digest("hex");
}

const systemClock: Clock = {
  now: () => performance.now(),
  sleep: async (ms) => {
    await sleep(ms);
  },
};

/** A connection as an attempt uses it, and whom it tells that the server is there. */
interface Connection {
  readonly watch: StallWatch;
  readonly clock: Clock;
  readonly options: DownloadOptions;
  readonly onContact: () => void;
}

/** Attempts until one succeeds, with longer and longer pauses. */
async function persistently<T>(
  remote: Remote,
  path: string,
  options: DownloadOptions,
  attempt: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { retries = 5, backoff = 1000, clock = systemClock } = options;
  let contacted = false;
  const onContact = () => {
    contacted = true;
  };
  for (let failures = 0; ; failures++) {
    const watch = new StallWatch(options.stallTimeout ?? 30_000, options.signal);
    try {
      return await attempt({ watch, clock, options, onContact });
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof Interruption)) throw error;
      if (error.isOffline && !contacted) throw offline(remote, path, error.message);
      if (failures === retries) {
        throw new DataError(
          `${remote.url}: ${error.message}, ${retries + 1} times; ${path}.part keeps what came: run the same again to go on`,
        );
      }
      await clock.sleep(backoff * 2 ** failures);
    } finally {
      watch.stop();
    }
  }
}

/** Fetches what `path.part` lacks of the file, or of a window of it. */
async function fetchRest(remote: Remote, path: string, connection: Connection, window?: Window): Promise<void> {
  const { watch, clock, options, onContact } = connection;
  const part = `${path}.part`;
  const whole = window === undefined ? Infinity : window[1] - window[0];
  if ((await sizeOf(part)) > whole) await onDisk(part, () => rm(part)); // of another version of the archive
  const have = await sizeOf(part);
  if (have === whole) return;
  const mark = have > 0 ? await readMark(path) : undefined;
  const response = await request(remote.url, rangeHeaders(have, mark, window), watch, options.redirects ?? 5);
  onContact();
  const start = await startOf(response, remote, { have, part, mark, window });
  if (start === "complete") return;
  await writeMark(path, response);
  await store(response, part, {
    start,
    total: totalOf(response, start),
    watch,
    clock,
    onProgress: options.onProgress,
  });
  if (window !== undefined && (await sizeOf(part)) < whole) {
    throw new Interruption("the server sent fewer bytes than were asked for");
  }
}

/** Without a mark of its own version, the checksum at the end tells whether the pieces belong together. */
function rangeHeaders(have: number, mark: string | undefined, window: Window | undefined): Record<string, string> {
  const headers = { ...plainHeaders };
  if (window !== undefined) headers.range = `bytes=${window[0] + have}-${window[1] - 1}`;
  else if (have > 0) headers.range = `bytes=${have}-`;
  if (mark !== undefined) headers["if-range"] = mark;
  return headers;
}

interface Asked {
  readonly have: number;
  readonly part: string;
  readonly mark: string | undefined;
  readonly window: Window | undefined;
}

/** From which byte of the part on the answer is, or that nothing is missing. */
async function startOf(
  response: Response,
  remote: Remote,
  { have, part, mark, window }: Asked,
): Promise<number | "complete"> {
  const { status } = response;
  const range = rangeOf(response);
  const first = (window?.[0] ?? 0) + have;
  if (status === 200 && window === undefined) return 0;
  if (status === 206 && range?.from === first) return have;
  await response.body?.cancel();
  if (status === 416 && window === undefined && range?.total === have) return "complete";
  const path = part.slice(0, -".part".length);
  if (status === 200 && mark === undefined) throw noRanges({ url: remote.url, member: remote.member! }, path);
  if (status === 200 || status === 206 || status === 416) {
    await onDisk(part, () => rm(part, { force: true }));
    const answer = response.headers.get("content-range") ?? (status === 200 ? "another version" : "no range");
    throw new Interruption(`the server answers bytes ${first}- with ${answer}`);
  }
  throw refusal(response, remote.url, path);
}

function totalOf(response: Response, start: number): number | undefined {
  const length = response.headers.get("content-length");
  return length === null ? undefined : start + Number(length);
}

interface Storing {
  readonly start: number;
  readonly total: number | undefined;
  readonly watch: StallWatch;
  readonly clock: Clock;
  readonly onProgress: DownloadOptions["onProgress"];
}

async function store(
  response: Response,
  part: string,
  { start, total, watch, clock, onProgress }: Storing,
): Promise<void> {
  const file = await onDisk(part, () => open(part, start === 0 ? "w" : "r+"));
  const began = clock.now();
  let bytes = start;
  try {
    const reader = response.body?.getReader();
    for (;;) {
      const piece = await watch.guard(reader === undefined ? Promise.resolve(undefined) : reader.read());
      if (piece === undefined || piece.done) break;
      await onDisk(part, () => writeAll(file, piece.value, bytes));
      bytes += piece.value.length;
      const seconds = (clock.now() - began) / 1000;
      onProgress?.({ bytes, total, rate: seconds > 0 ? (bytes - start) / seconds : 0 });
    }
    if (total !== undefined && bytes !== total)
      throw new Interruption(`the connection ended at ${bytes} of ${total} bytes`);
    await onDisk(part, () => file.sync());
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, at + written);
    written += bytesWritten;
  }
}

/** Checks what came and gives it its name, so that no crash leaves a half file under it. */
async function settle({ url, checksum }: Remote, whole: string, path: string): Promise<void> {
  const part = `${path}.part`;
  const actual = await checksumOf(whole, checksum.algorithm);
  await onDisk(path, () => rm(`${part}.mark`, { force: true }));
  if (actual !== checksum.hex) {
    for (const wrong of [whole, part]) await onDisk(wrong, () => rm(wrong, { force: true }));
    throw new DataError(
      `${url}: the download is damaged: its ${checksum.algorithm} is ${actual}, expected ${checksum.hex}; ` +
        "it was removed: run the same again, or get the file elsewhere",
    );
  }
  await onDisk(path, () => rename(whole, path));
  await onDisk(path, () => rm(part, { force: true }));
  if (process.platform === "win32") return; // folders cannot be opened there
  const folder = await onDisk(path, () => open(dirname(path), "r"));
  try {
    await onDisk(path, () => folder.sync());
  } finally {
    await folder.close();
  }
}

function offline({ url }: Remote, path: string, reason: string): DataError {
  return new DataError(
    `${new URL(url).hostname}: ${reason}: no network? Put ${basename(path)} at ${path} yourself (it is at ${url}), ` +
      "or name the folder that has the data with --data DIR",
  );
}

/** Node's `mkdir({ recursive: true })` never returns where the system says ENOENT though the parent is there, as in /proc. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const code = errorCode(error);
    if (code === "EEXIST" && (await stat(folder)).isDirectory()) return;
    if (code !== "ENOENT" || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await mkdir(folder).catch((again: unknown) => {
      if (errorCode(again) === "EEXIST") return; // another process was quicker
      throw errorCode(again) === "ENOENT"
        ? new DataError(`${folder}: this folder cannot be made; choose another`)
        : again;
    });
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** What names the version of the file that the part is of: a strong ETag, or else its date. */
async function writeMark(path: string, response: Response): Promise<void> {
  const etag = response.headers.get("etag");
  const mark = etag !== null && !etag.startsWith("W/") ? etag : response.headers.get("last-modified");
  const file = `${path}.part.mark`;
  await onDisk(path, () => (mark === null ? rm(file, { force: true }) : writeFile(file, mark)));
}

async function readMark(path: string): Promise<string | undefined> {
  const mark = await readFile(`${path}.part.mark`, "utf8").catch(() => undefined);
  return mark === undefined || !/^[\x20-\x7e]{1,1000}$/.test(mark) ? undefined : mark;
}

async function onDisk<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw explainFileError(error, path);
  }
}
