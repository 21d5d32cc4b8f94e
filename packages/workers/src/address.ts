import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Where a queue is. */
export interface QueueAddress {
  readonly kind: "queue";
  readonly host: string;
  readonly port: number;
  /** Redis's numbered database. */
  readonly database: number;
  /** What the names of all keys begin with: laboratories that share a Redis have each their own. */
  readonly prefix: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** TLS: `rediss://`. */
  readonly isSecure: boolean;
  /** For people: without a password. */
  readonly shown: string;
}

/** Where nodes are kept. */
export type StoreAddress = FolderAddress | S3Address;

export interface FolderAddress {
  readonly kind: "folder";
  readonly path: string;
  readonly shown: string;
}

export interface S3Address {
  readonly kind: "s3";
  readonly bucket: string;
  /** What the names of all keys begin with: empty, or ending in a slash. */
  readonly prefix: string;
  /** As `https://s3.eu-central-1.amazonaws.com`, without the bucket. */
  readonly endpoint: string;
  readonly region: string;
  /** Whether the bucket stands in the path or in the host's name. */
  readonly style: "path" | "virtual";
  readonly credentials: S3Credentials;
  readonly shown: string;
}

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What an address may leave to the environment, so that no command line, which everybody on a machine can read, holds a password. */
export interface Surroundings {
  readonly LTT_QUEUE_PASSWORD?: string | undefined;
  readonly AWS_ACCESS_KEY_ID?: string | undefined;
  readonly AWS_SECRET_ACCESS_KEY?: string | undefined;
  readonly AWS_SESSION_TOKEN?: string | undefined;
  readonly AWS_REGION?: string | undefined;
  readonly AWS_ENDPOINT_URL_S3?: string | undefined;
}

/**
 * A queue's address: `redis://[user[:password]@]host[:port][/database][?prefix=NAME]`, `rediss://` with TLS.
 *
 * @param surroundings - `LTT_QUEUE_PASSWORD` is the password where the address has none.
 * @throws {RangeError} if it is none; the message never holds a password.
 */
export function queueAddress(text: string, surroundings: Surroundings = {}): QueueAddress {
  const url = parsed("--queue", text, "redis://HOST:6379 or, with TLS, rediss://HOST:6379");
  if (url.protocol !== "redis:" && url.protocol !== "rediss:") {
    throw new RangeError(
      `--queue: ${url.protocol}// is no queue; it is redis://HOST:6379 or, with TLS, rediss://HOST:6379`,
    );
  }
  onlyParameters("--queue", url, ["prefix"]);
  const database = url.pathname.length > 1 ? Number(url.pathname.slice(1)) : 0;
  if (!Number.isInteger(database) || database < 0) {
    throw new RangeError(
      `--queue: the database is "${url.pathname.slice(1)}"; it is a number, as in redis://HOST:6379/0`,
    );
  }
  const prefix = url.searchParams.get("prefix") ?? "ltt";
  if (!/^[\w-]+$/.test(prefix)) throw new RangeError(`--queue: prefix is "${prefix}"; it is letters, digits, - and _`);
  const password = decodeURIComponent(url.password) || surroundings.LTT_QUEUE_PASSWORD;
  return {
    kind: "queue",
    host: url.hostname.replace(/^\[|\]$/g, "") || "127.0.0.1",
    port: url.port === "" ? 6379 : Number(url.port),
    database,
    prefix,
    username: decodeURIComponent(url.username) || undefined,
    password: password || undefined,
    isSecure: url.protocol === "rediss:",
    shown: shown(url),
  };
}

/**
 * A store's address: the path of a folder, or `s3://bucket[/prefix][?endpoint=URL&region=NAME&style=path|virtual]`. Without an endpoint it
 * is Amazon's of the region; the bucket stands in the host's name there, in the path elsewhere.
 *
 * @param surroundings - Credentials, and region and endpoint where the address has none, by the names that all S3 tools know.
 * @throws {RangeError} if it is none, or credentials are missing; the message never holds any.
 */
export function storeAddress(text: string, surroundings: Surroundings = {}): StoreAddress {
  if (text.trim() === "") throw new RangeError("--store is empty; it is a folder or s3://BUCKET/PREFIX");
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(text)) {
    const path = resolve(text);
    return { kind: "folder", path, shown: path };
  }
  const url = parsed("--store", text, "a folder or s3://BUCKET/PREFIX");
  if (url.protocol === "file:") {
    const path = fileURLToPath(url);
    return { kind: "folder", path, shown: path };
  }
  if (url.protocol !== "s3:") {
    throw new RangeError(`--store: ${url.protocol}// is no store; it is a folder or s3://BUCKET/PREFIX`);
  }
  onlyParameters("--store", url, ["endpoint", "region", "style"]);
  const bucket = url.hostname;
  if (!/^[a-z\d][a-z\d.-]+$/.test(bucket)) {
    throw new RangeError(`--store: the bucket is "${bucket}"; it is lower-case letters, digits, - and .`);
  }
  const parts = url.pathname.split("/").filter((part) => part !== "");
  const wrong = parts.find((part) => !/^[\w.-]+$/.test(part) || /^\.+$/.test(part));
  if (wrong !== undefined) {
    throw new RangeError(`--store: "${wrong}" in the prefix; its parts are letters, digits, ., - and _`);
  }
  const region = url.searchParams.get("region") ?? surroundings.AWS_REGION ?? "us-east-1";
  const own = url.searchParams.get("endpoint") ?? surroundings.AWS_ENDPOINT_URL_S3;
  const endpoint = own === undefined ? `https://s3.${region}.amazonaws.com` : endpointOf(own);
  const style = url.searchParams.get("style") ?? (own === undefined ? "virtual" : "path");
  if (style !== "path" && style !== "virtual")
    throw new RangeError(`--store: style is "${style}"; it is path or virtual`);
  const prefix = parts.map((part) => `${part}/`).join("");
  return {
    kind: "s3",
    bucket,
    prefix,
    endpoint,
    region,
    style,
    credentials: credentialsOf(url, surroundings),
    shown: `s3://${bucket}/${prefix}`,
  };
}

function credentialsOf(url: URL, surroundings: Surroundings): S3Credentials {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = surroundings;
  if (url.username !== "") {
    return { accessKeyId: decodeURIComponent(url.username), secretAccessKey: decodeURIComponent(url.password) };
  }
  if (AWS_ACCESS_KEY_ID === undefined || AWS_SECRET_ACCESS_KEY === undefined) {
    throw new RangeError(
      `--store ${shown(url)}: there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
    );
  }
  const sessionToken = AWS_SESSION_TOKEN;
  return { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, sessionToken };
}

function endpointOf(text: string): string {
  const url = parsed("--store: endpoint", text, "https://HOST[:PORT]");
  if (!["http:", "https:"].includes(url.protocol) || url.username !== "" || url.search !== "") {
    throw new RangeError("--store: endpoint is https://HOST[:PORT], without credentials");
  }
  return url.href.replace(/\/+$/, "");
}

function parsed(where: string, text: string, form: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new RangeError(`${where} is no address; it is ${form}`); // what was typed may hold a password
  }
}

function onlyParameters(where: string, url: URL, known: readonly string[]): void {
  const unknown = [...url.searchParams.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new RangeError(`${where}: there is no "${unknown}"; after ? stand ${known.join(", ")}`);
}

/** Without user and password. */
function shown(url: URL): string {
  const copy = new URL(url.href);
  copy.username = "";
  copy.password = "";
  return copy.href;
}
