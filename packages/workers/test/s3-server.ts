import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import S3rver, { type Content, type FilesystemStore } from "s3rver";

/** What `s3rver` takes for right. */
export const CREDENTIALS = { AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: "S3RVER" } as const;

/** What happens to a request that would have been answered. */
export type Fault = "refuse" | "cut" | "full" | "garble";

/**
 * An S3 server: `s3rver`, and before it what that lacks: puts with `If-None-Match: *`, one at a time, and checksums; what was put is there
 * and whole for whoever reads next; and faults, where a test wants them.
 */
export class S3Server {
  readonly url: string;
  /** Requests that were answered or refused. */
  requests = 0;
  /** Keys of one answer. */
  pageSize = 1000;
  /** For each request, by its number from 1: what goes wrong with it, if anything. */
  fault: (number: number, method: string, path: string) => Fault | undefined = () => undefined;
  readonly #close: () => Promise<void>;

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url;
    this.#close = close;
  }

  /** With a bucket `lab`. */
  static async open(host = "127.0.0.1"): Promise<S3Server> {
    const directory = mkdtempSync(join(tmpdir(), "ltt-s3-"));
    const configureBuckets = [{ name: "lab", configs: [] }];
    const inner = new S3rver({ address: "127.0.0.1", port: 0, silent: true, directory, configureBuckets });
    writeBeforeAnswering(inner.store);
    const { port } = await inner.run();
    let server: S3Server;
    const front = createServer((asked, answer) => void handle(server, port, asked, answer));
    const sockets = new Set<Socket>();
    front.on("connection", (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => front.listen(0, host, resolve));
    const close = async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => front.close(resolve));
      await inner.close();
      rmSync(directory, { recursive: true, force: true });
    };
    server = new S3Server(`http://${host}:${(front.address() as AddressInfo).port}`, close);
    return server;
  }

  /** As `--store` takes it. */
  store(prefix: string): string {
    return `s3://lab/${prefix}?endpoint=${this.url}`;
  }

  async close(): Promise<void> {
    await this.#close();
  }
}

/** `s3rver` answers when the bytes have come, which may be before the file has them, and truncates a file that is put again. */
function writeBeforeAnswering(store: FilesystemStore): void {
  let files = 0;
  const write = async (path: string, content: Content) => {
    const bytes = Buffer.isBuffer(content) ? content : await buffer(content);
    const unfinished = `${path}.${files++}`;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(unfinished, bytes);
    await rename(unfinished, path);
    return { size: bytes.length, md5: createHash("md5").update(bytes).digest("hex") };
  };
  store.putObject = async ({ bucket, key, content, metadata }) => {
    const written = await write(store.getResourcePath(bucket, key, "object"), content);
    await store.putMetadata(bucket, key, metadata, written.md5);
    return written;
  };
  store.putPart = async (bucket, uploadId, partNumber, content) => {
    const path = join(store.getResourcePath(bucket, undefined, "uploads"), uploadId, String(partNumber));
    const written = await write(path, content);
    await writeFile(`${path}.md5`, written.md5);
    return written;
  };
}

/** Puts that are being made: the next one of the same key waits. */
const puts = new Map<string, Promise<unknown>>();

async function handle(server: S3Server, port: number, asked: IncomingMessage, answer: ServerResponse): Promise<void> {
  const fault = server.fault(++server.requests, asked.method!, asked.url!);
  const body = await bodyOf(asked).catch(() => undefined);
  if (body === undefined) return;
  if (fault === "refuse" || fault === "full") {
    const [status, code] = fault === "full" ? [507, "InsufficientStorage"] : [503, "SlowDown"];
    answer.writeHead(status).end(`<Error><Code>${code}</Code><Message>as the test wants it</Message></Error>`);
    return;
  }
  const sum = asked.headers["x-amz-checksum-sha256"];
  if (sum !== undefined && sum !== createHash("sha256").update(body).digest("base64")) {
    answer.writeHead(400).end("<Error><Code>BadDigest</Code></Error>");
    return;
  }
  const run = () => forward(server, port, asked, answer, body, fault);
  if (asked.method !== "PUT" || asked.headers["if-none-match"] !== "*") return run();
  const key = asked.url!;
  const turn = (puts.get(key) ?? Promise.resolve()).then(async () => {
    if (await isThere(port, key)) answer.writeHead(412).end("<Error><Code>PreconditionFailed</Code></Error>");
    else await run();
  });
  puts.set(key, turn);
  await turn.finally(() => puts.get(key) === turn && puts.delete(key));
}

async function bodyOf(asked: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of asked) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Without a signature: `s3rver` lets anybody read. */
function isThere(port: number, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    request({ port, host: "127.0.0.1", method: "HEAD", path }, (found) => {
      found.resume();
      resolve(found.statusCode === 200);
    })
      .on("error", reject)
      .end();
  });
}

/** @param fault - `cut`: half of the answer is sent, and then the line is cut. `garble`: its first byte is another. */
function forward(
  server: S3Server,
  port: number,
  asked: IncomingMessage,
  answer: ServerResponse,
  body: Buffer,
  fault: Fault | undefined,
): Promise<void> {
  const { "transfer-encoding": _transfer, expect: _expect, ...kept } = asked.headers;
  const [path, isOther] = asFirstVersion(asked.url!, server.pageSize);
  const { authorization, ...unsigned } = kept; // what the path was signed by is another path now
  const signed = isOther || authorization === undefined ? unsigned : { ...unsigned, authorization };
  const headers = { ...signed, "content-length": String(body.length) };
  return new Promise((resolve) => {
    const fail = () => {
      answer.destroy();
      resolve();
    };
    request({ port, host: "127.0.0.1", method: asked.method, path, headers }, (got) => {
      void bodyOf(got).then((whole) => {
        const bytes = withToken(whole);
        if (bytes !== whole) got.headers["content-length"] = String(bytes.length);
        answer.writeHead(got.statusCode!, got.headers);
        if (fault === "garble" && bytes.length > 0) bytes[0] = bytes[0]! ^ 1;
        if (fault === "cut") {
          if (bytes.length > 1) answer.write(bytes.subarray(0, bytes.length >> 1));
          setImmediate(fail);
        } else answer.end(bytes, resolve);
      }, fail);
    })
      .on("error", fail)
      .end(body);
  });
}

/** A list of version 2 as one of version 1: `s3rver` cannot make its own tokens on every Node. */
function asFirstVersion(path: string, pageSize: number): readonly [path: string, isOther: boolean] {
  const url = new URL(path, "http://front");
  if (url.searchParams.get("list-type") !== "2") return [path, false];
  const after = url.searchParams.get("continuation-token");
  for (const name of ["list-type", "continuation-token"]) url.searchParams.delete(name);
  if (after !== null) url.searchParams.set("marker", after);
  url.searchParams.set("max-keys", String(pageSize));
  return [`${url.pathname}${url.search}`, true];
}

/** A list that goes on names its last key as the token. */
function withToken(body: Buffer): Buffer {
  if (!body.includes("<IsTruncated>true<")) return body;
  const text = body.toString("utf8");
  const last = [...text.matchAll(/<Key>([^<]*)</g)].at(-1)?.[1] ?? "";
  const token = `<NextContinuationToken>${last}</NextContinuationToken>`;
  return Buffer.from(text.replace("</IsTruncated>", `</IsTruncated>${token}`));
}
