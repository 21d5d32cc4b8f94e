// By hand on fetch: of what `got` has, only its idle timeout would serve: a further attempt goes on from the bytes that are there, and no
// redirection may leave https.
import { DataError, errorCode } from "./data-error.ts";

/** What a further attempt may overcome. */
export class Interruption extends Error {
  readonly isOffline: boolean;

  constructor(message: string, { isOffline = false }: { isOffline?: boolean } = {}) {
    super(message);
    this.isOffline = isOffline;
  }
}

/**
 * An answer of a server. Redirections are followed one by one: there may not be many, nor one that leaves https.
 *
 * @throws {Interruption} if the network fails, or no answer comes.
 * @throws {DataError} if redirections lead nowhere.
 */
export async function request(
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

/** `identity`: fetch would unpack a compressed answer, and offsets would mean nothing. */
export const plainHeaders: Readonly<Record<string, string>> = { "accept-encoding": "identity", "user-agent": "ltt" };

/** What `content-range` says: the first byte sent and the size of the whole. */
export function rangeOf(response: Response): { from: number | undefined; total: number | undefined } | undefined {
  const found = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");
  if (found === null) return undefined;
  const number = (digits: string | undefined) => (digits === undefined || digits === "*" ? undefined : Number(digits));
  return { from: number(found[1]), total: number(found[2]) };
}

/** What to throw for an answer that is none: a further attempt may overcome it, or not. */
export function refusal({ status, statusText }: Response, url: string, path: string): Error {
  const named = `HTTP ${status}${statusText === "" ? "" : ` ${statusText}`}`;
  if (status >= 500 || status === 408 || status === 429) return new Interruption(`the server answers ${named}`);
  return new DataError(
    `${url}: the server answers ${named}; the file may have moved: get it by hand and put it at ${path}`,
  );
}

/** Gives a connection up when nothing has come for a while, or when the caller says so. */
export class StallWatch {
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
