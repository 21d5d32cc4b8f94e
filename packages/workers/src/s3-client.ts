import { createHash, randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { RunFolderError } from "@ltt/lottery";
import { AwsClient } from "aws4fetch";
import type { S3Address } from "./address.ts";
import { certificateWords } from "./certificate-words.ts";

export interface S3Options {
  /** Larger files go up in parts of so many bytes; S3 wants 5 MiB at least. Default 16 MiB. */
  readonly partBytes?: number | undefined;
  /** Times that a request is made before its error is told: refused, cut off, or without an answer. Default 8. */
  readonly attempts?: number | undefined;
  /** Milliseconds before the second one; each next wait is twice as long. Default 100. */
  readonly firstWait?: number | undefined;
}

const PART_BYTES = 16 * 2 ** 20;
const [ATTEMPTS, FIRST_WAIT] = [8, 100];

/** What a server says where it has no more room. */
const FULL = ["QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "StorageFull"];

interface Asked {
  readonly body?: Uint8Array | string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly search?: Readonly<Record<string, string>> | undefined;
  /** Answers that are no error besides 2xx. */
  readonly expects?: readonly number[] | undefined;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/**
 * The objects under a prefix of a bucket. Every request is signed with the SHA-256 of its body, which the server also checks what it stores
 * by; one that is refused for the moment, cut off or not answered is made again. A key leads nowhere but under the prefix.
 */
export class S3Client {
  readonly #address: S3Address;
  readonly #options: S3Options;
  readonly #signer: AwsClient;

  constructor(address: S3Address, options: S3Options = {}) {
    const { region, credentials } = address;
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    const token = sessionToken === undefined ? {} : { sessionToken };
    this.#address = address;
    this.#options = options;
    this.#signer = new AwsClient({ accessKeyId, secretAccessKey, ...token, service: "s3", region });
  }

  /** For messages. */
  place(key: string): string {
    return `${this.#address.shown}${key}`;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const { status, body } = await this.#request("GET", key, { expects: [404] });
    return status === 404 ? undefined : body;
  }

  async has(key: string): Promise<boolean> {
    return (await this.#request("HEAD", key, { expects: [404] })).status !== 404;
  }

  /** @param onlyIfAbsent - Of several that put the same key, one stores it, and the others hear that it is there. */
  async put(
    key: string,
    bytes: Uint8Array,
    { onlyIfAbsent = false }: { readonly onlyIfAbsent?: boolean } = {},
  ): Promise<"stored" | "there"> {
    const condition: Record<string, string> = onlyIfAbsent ? { "if-none-match": "*" } : {};
    const { partBytes = PART_BYTES } = this.#options;
    const sum = checksum(bytes);
    const whole = { body: bytes, headers: { ...condition, "x-amz-checksum-sha256": sum }, expects: [412] };
    const { status } =
      bytes.length > partBytes
        ? await this.#putInParts(key, bytes, partBytes, condition)
        : await this.#request("PUT", key, whole);
    return status === 412 ? "there" : "stored";
  }

  async remove(key: string): Promise<void> {
    await this.#request("DELETE", key, { expects: [404] });
  }

  /** Keys that begin so, in order. */
  async list(start: string): Promise<string[]> {
    const { prefix } = this.#address;
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const more = token === undefined ? {} : { "continuation-token": token };
      const { body } = await this.#request("GET", "", {
        search: { "list-type": "2", prefix: `${prefix}${start}`, ...more },
      });
      const xml = text(body);
      for (const [, key] of xml.matchAll(/<Key>([^<]*)<\/Key>/g)) {
        if (key!.startsWith(prefix)) keys.push(key!.slice(prefix.length));
      }
      token = /<IsTruncated>true</.test(xml) ? tag(xml, "NextContinuationToken") : undefined;
    } while (token !== undefined);
    return keys;
  }

  async #putInParts(
    key: string,
    bytes: Uint8Array,
    partBytes: number,
    condition: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    const begun = await this.#request("POST", key, {
      search: { uploads: "" },
      headers: { "x-amz-checksum-algorithm": "SHA256" },
    });
    const uploadId = tag(text(begun.body), "UploadId");
    if (uploadId === undefined) throw new RunFolderError(`${this.place(key)}: the server began no upload in parts`);
    try {
      const parts: string[] = [];
      for (let from = 0, number = 1; from < bytes.length; from += partBytes, number++) {
        const part = bytes.subarray(from, from + partBytes);
        const sum = checksum(part);
        const put = await this.#request("PUT", key, {
          body: part,
          headers: { "x-amz-checksum-sha256": sum },
          search: { partNumber: String(number), uploadId },
        });
        const etag = put.headers.get("etag") ?? "";
        parts.push(
          `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag><ChecksumSHA256>${sum}</ChecksumSHA256></Part>`,
        );
      }
      const completed = await this.#request("POST", key, {
        body: `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`,
        headers: condition,
        search: { uploadId },
        expects: [404, 412],
      });
      // Completed before, by a request whose answer was cut off: then the upload is gone and the object is there.
      if (completed.status !== 404 || (await this.has(key))) return completed;
      throw this.#failure("POST", key, completed);
    } catch (error) {
      await this.#request("DELETE", key, { search: { uploadId }, expects: [404] }).catch(() => {}); // the first error counts
      throw error;
    }
  }

  async #request(method: string, key: string, asked: Asked): Promise<Answer> {
    const { attempts = ATTEMPTS, firstWait = FIRST_WAIT } = this.#options;
    const url = this.#url(key, asked.search);
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#once(method, url, asked).catch((error: Error) => error);
      if (!(answer instanceof Error) && (answer.status < 300 || asked.expects?.includes(answer.status))) return answer;
      const isPassing =
        answer instanceof Error ? certificateWords(codeOf(answer)) === undefined : PASSING.includes(answer.status);
      if (!isPassing || attempt >= attempts) throw this.#failure(method, key, answer);
      const wait = firstWait * 2 ** (attempt - 1);
      await sleep(wait / 2 + randomInt(Math.ceil(wait / 2) + 1)); // so that a thousand workers do not come back at once
    }
  }

  async #once(method: string, url: string, { body, headers }: Asked): Promise<Answer> {
    const hash = createHash("sha256")
      .update(body ?? "")
      .digest("hex");
    const signed = await this.#signer.sign(url, {
      method,
      headers: { ...headers, "x-amz-content-sha256": hash },
    });
    const answer = await fetch(signed.url, {
      method,
      headers: signed.headers,
      redirect: "manual",
      ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
    });
    const bytes = new Uint8Array(await answer.arrayBuffer()); // throws where it was cut off
    const told = answer.headers.get("content-length");
    if (
      method !== "HEAD" &&
      told !== null &&
      answer.headers.get("content-encoding") === null &&
      Number(told) !== bytes.length
    )
      throw new Error(`${bytes.length} of ${told} bytes came`);
    const isError = answer.status === 200 && method === "POST" && text(bytes).includes("<Error>");
    return { status: isError ? 500 : answer.status, headers: answer.headers, body: bytes };
  }

  #url(key: string, search: Asked["search"] = {}): string {
    if (key !== "" && !isKey(key)) {
      throw new RangeError(
        `${this.#address.shown}: the key "${key}" would lead out of the prefix; nothing was asked for`,
      );
    }
    const { endpoint, bucket, prefix, style } = this.#address;
    const url = new URL(endpoint);
    if (style === "virtual") url.hostname = `${bucket}.${url.hostname}`;
    const path = key === "" ? "" : `${prefix}${key}`;
    url.pathname = style === "virtual" ? `/${path}` : `${url.pathname.replace(/\/$/, "")}/${bucket}/${path}`;
    for (const [name, value] of Object.entries(search)) url.searchParams.set(name, value);
    return url.href;
  }

  #failure(method: string, key: string, answer: Answer | Error): RunFolderError {
    const where = `${this.place(key)}: ${method}`;
    if (answer instanceof Error) {
      const { cause } = answer as { cause?: { message?: string } };
      const code = codeOf(answer) ?? "EUNREACHABLE";
      const why = certificateWords(code) ?? (cause?.message || codeOf(answer) || answer.message);
      return new RunFolderError(`${where}: no answer from ${this.#address.endpoint}: ${why}`, { cause: { code } });
    }
    const xml = text(answer.body);
    const [code, message] = [tag(xml, "Code"), tag(xml, "Message")];
    const said = [answer.status, code, message].filter((part) => part !== undefined).join(" ");
    if (answer.status === 507 || (code !== undefined && FULL.includes(code))) {
      return new RunFolderError(
        `${this.#address.shown}: the store is full (${said}): make room; what is finished is kept, and the work goes on from there`,
        { cause: { code: "ENOSPC" } },
      );
    }
    const hint =
      answer.status === 403 ? ": are the credentials right, and may they read, write, list and delete there?" : "";
    const cause = PASSING.includes(answer.status) ? { cause: { code: "EUNAVAILABLE" } } : {};
    return new RunFolderError(`${where}: ${said}${hint}`, cause);
  }
}

/** Of what made a request fail: `fetch` tells it as the cause. */
function codeOf({ cause }: Error): string | undefined {
  return (cause as { code?: string } | undefined)?.code;
}

/** 409: two conditional puts of one key at once; the server wants one of them again. */
const PASSING = [408, 409, 429, 500, 502, 503, 504];

/** Names of letters, digits and the like between single slashes, none of them `..`. */
function isKey(key: string): boolean {
  return key.split("/").every((part) => /^[\w.-]+$/.test(part) && !/^\.+$/.test(part));
}

function checksum(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}

/** What stands in the first element of this name, of which there are no others inside. */
function tag(xml: string, name: string): string | undefined {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return found?.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
