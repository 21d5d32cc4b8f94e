import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const found = spawnSync("redis-server", ["--version"], { encoding: "utf8" });

/** Why there is no Redis here, if so. */
export const NO_REDIS: string | undefined =
  found.status === 0 ? undefined : "redis-server is not there: apt-get install redis-server";

if (NO_REDIS !== undefined && process.env.LTT_REQUIRE_REDIS === "1") throw new Error(NO_REDIS);

/** For `describe.skipIf`: says loudly what is not tested. */
export function noRedis(what: string): boolean {
  if (NO_REDIS !== undefined) console.warn(`${what}: SKIPPED: ${NO_REDIS}`);
  return NO_REDIS !== undefined;
}

/** A Redis of a test's own, which it may kill. */
export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #options: readonly string[];
  #child: ChildProcess | undefined;

  private constructor(port: number, folder: string, options: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    this.#options = options;
  }

  /** @param options - Of the port that it was given, if it is a function. */
  static async open(
    host = "127.0.0.1",
    options: readonly string[] | ((port: number) => readonly string[]) = [],
  ): Promise<RedisServer> {
    const folder = mkdtempSync(join(tmpdir(), "ltt-redis-"));
    const port = await freePort();
    const own = typeof options === "function" ? options(port) : options;
    const server = new RedisServer(port, folder, ["--bind", ...host.split(" "), ...own]);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const args = ["--port", String(this.port), "--dir", this.#folder, ...this.#options];
    this.#child = spawn("redis-server", args, { stdio: "ignore" });
    await answers(this.port);
  }

  /** SIGTERM writes all that is in memory to the disk first; SIGKILL forgets it. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }

  async close(): Promise<void> {
    await this.stop("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

async function answers(port: number): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const socket = createConnection(port, "127.0.0.1");
    const isThere = await new Promise<boolean>((resolve) => {
      socket.on("connect", () => resolve(true));
      socket.on("error", () => resolve(false));
    });
    socket.destroy();
    if (isThere) return;
    await sleep(20);
  }
  throw new Error(`redis-server does not listen on ${port}`);
}
