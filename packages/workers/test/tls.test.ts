import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openWorkStore, storeAddress } from "../src/index.ts";
import { type Certificates, makeCertificates, secureFront } from "./certificates.ts";
import { NO_REDIS, noRedis, RedisServer } from "./redis-server.ts";
import { CREDENTIALS, S3Server } from "./s3-server.ts";
import { runLocally, runQueued, toyPlan } from "./toy-experiment.ts";
import { nodeFilesIn, ToyWorker } from "./toy-processes.ts";

noRedis("queue and store behind TLS");

// The planner, in this process, whose authorities are chosen already, speaks to the same servers in the open.
describe.skipIf(NO_REDIS !== undefined)("queue and store behind TLS", { timeout: 120_000 }, () => {
  let root: string;
  let certificates: Certificates;
  let redis: RedisServer;
  let secureQueue: string;
  let s3: S3Server;
  let front: Awaited<ReturnType<typeof secureFront>>;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), "ltt-tls-"));
    certificates = makeCertificates(root);
    const { authority, certificate, key } = certificates;
    redis = await RedisServer.open("127.0.0.1", (port) => {
      secureQueue = `rediss://localhost:${port + 1}`;
      const files = ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", authority];
      return ["--tls-port", String(port + 1), ...files, "--tls-auth-clients", "no"];
    });
    s3 = await S3Server.open();
    front = await secureFront(Number(new URL(s3.url).port), certificates);
  });
  afterAll(async () => {
    front.close();
    await redis.close();
    await s3.close();
    rmSync(root, { recursive: true, force: true });
  });

  const secureStore = () => `s3://lab/toy?endpoint=https://localhost:${front.port}`;

  test("a worker that knows the authority trains everything, to the bytes of one machine", async () => {
    await runLocally(join(root, "right"));
    const env = { ...CREDENTIALS, NODE_EXTRA_CA_CERTS: certificates.authority };
    const worker = new ToyWorker({ queue: secureQueue, store: secureStore(), env });
    try {
      await worker.begun;
      const folder = join(root, "queued");
      await runQueued({ queue: redis.url, store: s3.store("toy"), folder, surroundings: CREDENTIALS });
    } finally {
      worker.kill("SIGKILL", "both");
    }
    expect(nodeFilesIn(join(root, "queued"))).toEqual(nodeFilesIn(join(root, "right")));
    expect(worker.trained).toHaveLength(toyPlan().networks.length);
  });

  test("one that does not know it is refused by the queue's side, and told how to name it", async () => {
    const worker = new ToyWorker({ queue: secureQueue, store: join(root, "lab"), env: CREDENTIALS });
    const { code } = await worker.ended;
    expect(code).not.toBe(0);
    expect(worker.said).toMatch(/localhost.*: no queue there: its certificate is not trusted.*NODE_EXTRA_CA_CERTS/);
  });

  test("and by the store's side, at the first request", async () => {
    const before = s3.requests;
    const store = await openWorkStore(storeAddress(secureStore(), CREDENTIALS), { firstWait: 60_000 });
    await expect(store.nodes.list()).rejects.toThrow(/toy.*its certificate is not trusted.*NODE_EXTRA_CA_CERTS/);
    expect(s3.requests).toBe(before);
  });
});
