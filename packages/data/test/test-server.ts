import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a test server does with its next request. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface TestServer {
  readonly url: string;
  /** Every request so far: its path and the headers that matter to downloads. */
  readonly requests: {
    readonly path: string;
    readonly range: string | undefined;
    readonly ifRange: string | undefined;
  }[];
  /** What to do with the requests to come; the last answer holds for all further ones. */
  answers: Answer[];
  close(): Promise<void>;
}

/** An HTTP server on this machine that does as it is told. */
export async function startTestServer(): Promise<TestServer> {
  const requests: TestServer["requests"] = [];
  const server = createServer((request, response) => {
    const { range, "if-range": ifRange } = request.headers;
    requests.push({ path: request.url ?? "", range, ifRange: Array.isArray(ifRange) ? ifRange[0] : ifRange });
    const answer = state.answers.length > 1 ? state.answers.shift() : state.answers[0];
    answer?.(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const state: TestServer = {
    url: `http://127.0.0.1:${port}`,
    requests,
    answers: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return state;
}

/** Sends `content` as a good server does: ranges, `If-Range`, 416 behind the end. */
export function serve(content: Buffer, { etag = '"v1"' }: { etag?: string } = {}): Answer {
  return (request, response) => {
    const { headers } = request;
    const isSame = headers["if-range"] === undefined || headers["if-range"] === etag;
    const range = isSame ? rangeIn(headers.range, content.length) : undefined;
    if (range === undefined) {
      response.writeHead(200, { etag, "content-length": content.length }).end(content);
    } else if (range.from >= content.length) {
      response.writeHead(416, { "content-range": `bytes */${content.length}` }).end();
    } else {
      const asked = content.subarray(range.from, range.to);
      const named = `bytes ${range.from}-${range.to - 1}/${content.length}`;
      response.writeHead(206, { etag, "content-range": named, "content-length": asked.length }).end(asked);
    }
  };
}

/** `bytes=5-`, `bytes=5-9` or `bytes=-9` as `[from, to)`. */
function rangeIn(header: string | undefined, length: number): { from: number; to: number } | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === "") return last === "" ? undefined : { from: Math.max(0, length - Number(last)), to: length };
  return { from: Number(first), to: last === "" ? length : Math.min(length, Number(last) + 1) };
}

/** As `serve`, but the connection breaks after `bytes` of the body. */
export function cut(content: Buffer, bytes: number, options: { etag?: string } = {}): Answer {
  return (request, response) => breakAfter(request, response, content, bytes, options, () => response.destroy());
}

/** As `serve`, but nothing comes after `bytes` of the body. */
export function stall(content: Buffer, bytes: number): Answer {
  return (request, response) => breakAfter(request, response, content, bytes, {}, () => {});
}

export function status(code: number, headers: Record<string, string> = {}): Answer {
  return (_, response) => {
    response.writeHead(code, headers).end("a page that says so");
  };
}

function breakAfter(
  request: IncomingMessage,
  response: ServerResponse,
  content: Buffer,
  bytes: number,
  { etag = '"v1"' }: { etag?: string },
  end: () => void,
): void {
  const { from, to } = rangeIn(request.headers.range, content.length) ?? { from: 0, to: content.length };
  const headers = { etag, "content-length": to - from };
  const range = `bytes ${from}-${to - 1}/${content.length}`;
  const isPart = request.headers.range !== undefined;
  response.writeHead(isPart ? 206 : 200, isPart ? { ...headers, "content-range": range } : headers);
  response.write(content.subarray(from, from + bytes), () => void turns(50).then(end));
}

/**
 * The client is in this process and what it has not read when its connection breaks is lost: it is given turns of the event loop
 * rather than a time, which on a busy machine may be one turn.
 */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setTimeout(resolve, 1));
}
