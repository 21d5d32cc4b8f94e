import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DataError, errorCode, explainFileError } from "./data-error.ts";

export interface Checksum {
  readonly algorithm: "md5" | "sha256";
  /** Small hexadecimal digits. */
  readonly hex: string;
}

/** A file on the network whose bytes are known beforehand. */
export interface Remote {
  readonly url: string;
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

/**
 * Downloads a file to `path`, whole and right or not at all.
 *
 * Bytes are streamed to `path.part`. A connection that breaks or stalls is made anew and goes on there, with `Range` and the
 * server's own `If-Range` mark, which is kept in `path.part.mark`; so does a later call after a crash. A server that knows no
 * ranges, or whose file has changed, sends all again. The whole is checked against the checksum, flushed and renamed.
 *
 * @throws {DataError} in one line that says what to do: no network, an HTTP error, too many redirections, stalls or cuts,
 * another checksum (then the part is removed), a full disk, a folder nobody may write to.
 */
export async function download(remote: Remote, path: string, options: DownloadOptions = {}): Promise<void> {
  const { retries = 5, backoff = 1000, clock = systemClock } = options;
  const part = `${path}.part`;
  await onDisk(path, () => makeFolder(dirname(path)));

  let contacted = false;
  for (let attempt = 0; ; attempt++) {
    try {
      await fetchRest(remote, path, options, clock, () => {
        contacted = true;
      });
      break;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof Interruption)) throw error;
      if (error.isOffline && !contacted) throw offline(remote, path, error.message);
      if (attempt === retries) {
        throw new DataError(
          `${remote.url}: ${error.message}, ${retries + 1} times; ${part} keeps what came: run the same again to go on`,
        );
      }
      await clock.sleep(backoff * 2 ** attempt);
    }
  }
  await settle(remote, path);
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

/** What a further attempt may overcome. */
class Interruption extends Error {
  readonly isOffline: boolean;

  constructor(message: string, { isOffline = false } = {}) {
    super(message);
    this.isOffline = isOffline;
  }
}

async function fetchRest(
  remote: Remote,
  path: string,
  options: DownloadOptions,
  clock: Clock,
  onContact: () => void,
): Promise<void> {
  const part = `${path}.part`;
  const have = await sizeOf(part);
  const mark = have > 0 ? await readMark(path) : undefined;
  const watch = new StallWatch(options.stallTimeout ?? 30_000, options.signal);
  try {
    const response = await request(remote.url, rangeHeaders(have, mark), watch, options.redirects ?? 5);
    onContact();
    const start = await startOf(response, remote, have, part);
    if (start === "complete") return;
    await writeMark(path, response);
    await store(response, part, {
      start,
      total: totalOf(response, start),
      watch,
      clock,
      onProgress: options.onProgress,
    });
  } finally {
    watch.stop();
  }
}

/** Without a mark of its own version, the checksum at the end tells whether the pieces belong together. */
function rangeHeaders(have: number, mark: string | undefined): Record<string, string> {
  // `identity`: fetch would unpack a compressed answer, and offsets would mean nothing.
  const headers: Record<string, string> = { "accept-encoding": "identity", "user-agent": "ltt" };
  if (have > 0) headers.range = `bytes=${have}-`;
  if (mark !== undefined) headers["if-range"] = mark;
  return headers;
}

/** Follows redirections one by one: there may not be many, nor one that leaves https. */
async function request(
  url: string,
  headers: Record<string, string>,
  watch: StallWatch,
  redirects: number,
): Promise<Response> {
  let at = url;
  for (let followed = 0; ; followed++) {
    const response = await watch.guard(fetch(at, { headers, redirect: "manual", signal: watch.signal }));
    if (![301, 302, 303, 307, 308].includes(response.status)) return response;
    await response.body?.cancel();
    const location = response.headers.get("location");
    if (location === null || !URL.canParse(location, at)) {
      throw new DataError(`${url}: the server redirects (${response.status}) to nowhere; try again later`);
    }
    if (followed === redirects) {
      throw new DataError(`${url}: more than ${redirects} redirections, the last to ${location}; try again later`);
    }
    const next = new URL(location, at);
    if (!/^https?:$/.test(next.protocol) || (at.startsWith("https:") && next.protocol === "http:")) {
      throw new DataError(`${url}: the server redirects to ${next.href}, which is not safe; get the file by hand`);
    }
    at = next.href;
  }
}

/** From which byte on the answer is, or that nothing is missing. */
async function startOf(response: Response, { url }: Remote, have: number, part: string): Promise<number | "complete"> {
  const { status } = response;
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");
  if (status === 200) return 0;
  if (status === 206 && range?.[1] === String(have)) return have;
  await response.body?.cancel();
  if (status === 416 && range?.[2] === String(have)) return "complete";
  if (status === 416 || status === 206) {
    await onDisk(part, () => rm(part, { force: true }));
    throw new Interruption(
      `the server answers bytes ${have}- with ${response.headers.get("content-range") ?? "no range"}`,
    );
  }
  const named = `HTTP ${status}${response.statusText === "" ? "" : ` ${response.statusText}`}`;
  if (status >= 500 || status === 408 || status === 429) throw new Interruption(`the server answers ${named}`);
  throw new DataError(
    `${url}: the server answers ${named}; the file may have moved: get it by hand and put it at ${part.slice(0, -5)}`,
  );
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

/** Checks the part and gives it its name, so that no crash leaves a half file under it. */
async function settle({ url, checksum }: Remote, path: string): Promise<void> {
  const part = `${path}.part`;
  const actual = await checksumOf(part, checksum.algorithm);
  await onDisk(path, () => rm(`${path}.part.mark`, { force: true }));
  if (actual !== checksum.hex) {
    await onDisk(part, () => rm(part, { force: true }));
    throw new DataError(
      `${url}: the download is damaged: its ${checksum.algorithm} is ${actual}, expected ${checksum.hex}; ` +
        "it was removed: run the same again, or get the file elsewhere",
    );
  }
  await onDisk(path, () => rename(part, path));
  if (process.platform === "win32") return; // folders cannot be opened there
  const folder = await onDisk(path, () => open(dirname(path), "r"));
  try {
    await onDisk(path, () => folder.sync());
  } finally {
    await folder.close();
  }
}

/** Gives a connection up when nothing has come for a while, or when the caller says so. */
class StallWatch {
  readonly #timeout: number;
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #onOuter = () => this.#controller.abort();
  #timer: NodeJS.Timeout | undefined;
  #stalled = false;

  constructor(timeout: number, outer: AbortSignal | undefined) {
    this.#timeout = timeout;
    this.#outer = outer;
    if (outer?.aborted) this.#controller.abort();
    outer?.addEventListener("abort", this.#onOuter);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Waits for the network's next word. */
  async guard<T>(next: Promise<T>): Promise<T> {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#stalled = true;
      this.#controller.abort();
    }, this.#timeout);
    try {
      return await next;
    } catch (error) {
      if (this.#stalled) throw new Interruption(`no byte came for ${this.#timeout / 1000} s`);
      throw networkError(error);
    } finally {
      clearTimeout(this.#timer);
    }
  }

  /** Ends what is left of the connection. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#onOuter);
    this.#controller.abort();
  }
}

const unreachable = new Set(
  "ENOTFOUND EAI_AGAIN ECONNREFUSED ENETUNREACH EHOSTUNREACH ENETDOWN ETIMEDOUT UND_ERR_CONNECT_TIMEOUT".split(" "),
);

/** fetch says "fetch failed" or "terminated"; the reason is the cause, or its first cause where several addresses failed. */
function networkError(error: unknown): Interruption {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const first = cause instanceof AggregateError ? cause.errors[0] : cause;
  const code = errorCode(cause) ?? errorCode(first);
  const message = first instanceof Error ? first.message : String(first);
  if (code === undefined || code.startsWith("UND_ERR_SOCKET"))
    return new Interruption(`the connection broke (${message})`);
  return new Interruption(`the connection failed (${code})`, { isOffline: unreachable.has(code) });
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
