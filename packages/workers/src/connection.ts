import { Redis } from "ioredis";
import type { QueueAddress } from "./address.ts";
import { certificateWords } from "./certificate-words.ts";

/** The longest wait between attempts to reach a queue again, in milliseconds. */
const LONGEST_WAIT = 5000;

/** As both ioredis and BullMQ take them. */
interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: { readonly servername: string };
  readonly maxRetriesPerRequest: null;
  readonly retryStrategy: (times: number) => number;
}

/** How to reach a queue, for as long as it takes: what is asked for meanwhile waits. */
function connectionOptions({ host, port, database, username, password, isSecure }: QueueAddress): ConnectionOptions {
  return {
    host,
    port,
    db: database,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(isSecure ? { tls: { servername: host } } : {}),
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(100 * 2 ** Math.min(times, 10), LONGEST_WAIT),
  };
}

/** A client for BullMQ, which can make none itself where Node loads it as an ES module. Whoever asks for it disconnects it. */
export function clientFor(address: QueueAddress): Redis {
  const redis = new Redis(connectionOptions(address));
  redis.on("error", () => {}); // it connects again by itself
  return redis;
}

/**
 * A connection of one's own, once it is there.
 *
 * @param say - Hears that the connection is lost, and that it is back.
 * @throws {Error} if the queue refuses who asks, or cannot be reached at first: later it is waited for.
 */
export async function connect(address: QueueAddress, say?: (line: string) => void): Promise<Redis> {
  const redis = new Redis({ ...connectionOptions(address), lazyConnect: true, retryStrategy: () => null });
  let cause: unknown; // the promise tells only that the connection is closed
  redis.on("error", (error) => {
    cause = error;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    redis.disconnect();
    throw new Error(`${address.shown}: no queue there: ${wordsOf((cause ?? error) as NodeJS.ErrnoException)}`);
  }
  redis.options.retryStrategy = connectionOptions(address).retryStrategy;
  tellOfLoss(redis, address, say);
  return redis;
}

function wordsOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === "ECONNREFUSED") return "nobody listens: is Redis running, and are host and port right?";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "there is no such host";
  if (/WRONGPASS|NOAUTH/.test(message)) return "it wants another user or password: set LTT_QUEUE_PASSWORD";
  return certificateWords(code) ?? code ?? message;
}

function tellOfLoss(redis: Redis, { shown }: QueueAddress, say: (line: string) => void = () => {}): void {
  let isLost = false;
  redis.on("close", () => {
    if (isLost || redis.status === "end") return;
    isLost = true;
    say(`${shown}: the connection is lost; waiting for it`);
  });
  redis.on("ready", () => {
    if (isLost) say(`${shown}: the connection is back`);
    isLost = false;
  });
}
