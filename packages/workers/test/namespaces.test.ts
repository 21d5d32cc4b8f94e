import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { NO_REDIS, RedisServer } from "./redis-server.ts";
import { CREDENTIALS, S3Server } from "./s3-server.ts";
import { runLocally, runQueued, toyPlan } from "./toy-experiment.ts";
import { nodeFilesIn, ToyWorker } from "./toy-processes.ts";

const [BRIDGE, HOSTS] = [`ltt-b${process.pid}`, ["one", "two"].map((name) => `ltt-${name}-${process.pid}`)];
const ADDRESS = "10.231.77";

const ip = (...args: readonly string[]) => spawnSync("ip", args, { encoding: "utf8" });

/** Two hosts of the test's making: network namespaces behind a bridge. @returns why there are none. */
function makeHosts(): string | undefined {
  const all = [
    ["link", "add", BRIDGE, "type", "bridge"],
    ["addr", "add", `${ADDRESS}.1/24`, "dev", BRIDGE],
    ["link", "set", BRIDGE, "up"],
    ...HOSTS.flatMap((host, i) => {
      const [outside, inside] = [`v${i}o${process.pid}`, `v${i}i${process.pid}`];
      return [
        ["netns", "add", host],
        ["link", "add", outside, "type", "veth", "peer", "name", inside],
        ["link", "set", inside, "netns", host],
        ["link", "set", outside, "master", BRIDGE, "up"],
        ["-n", host, "addr", "add", `${ADDRESS}.${i + 2}/24`, "dev", inside],
        ["-n", host, "link", "set", inside, "up"],
        ["-n", host, "link", "set", "lo", "up"],
      ];
    }),
  ];
  for (const args of all) {
    const { status, stderr, error } = ip(...args);
    if (status !== 0) return `ip ${args.join(" ")}: ${error?.message ?? stderr.trim()}`;
  }
  return undefined;
}

function removeHosts(): void {
  for (const host of HOSTS) ip("netns", "del", host);
  ip("link", "del", BRIDGE);
}

const lacking = NO_REDIS ?? makeHosts();
if (lacking !== undefined) {
  console.warn(`two workers in network namespaces: SKIPPED: ${lacking}`);
  removeHosts();
}

describe.skipIf(lacking !== undefined)("two workers in network namespaces of their own", { timeout: 600_000 }, () => {
  const root = mkdtempSync(join(tmpdir(), "ltt-namespaces-"));
  afterAll(() => {
    removeHosts();
    rmSync(root, { recursive: true, force: true });
  });

  test("one of them slower: no network is trained twice, and the bytes are those of one machine", async () => {
    const [redis, s3] = [
      await RedisServer.open(`${ADDRESS}.1 127.0.0.1`, ["--protected-mode", "no"]),
      await S3Server.open(`${ADDRESS}.1`),
    ];
    const workers: ToyWorker[] = [];
    try {
      await runLocally(join(root, "right"));
      const queue = `redis://${ADDRESS}.1:${redis.port}`;
      for (const [i, host] of HOSTS.entries()) {
        const by = ["ip", "netns", "exec", host];
        const step = i === 0 ? 60 : 20;
        workers.push(new ToyWorker({ queue, store: s3.store("toy"), step, by, env: CREDENTIALS }));
      }
      await Promise.all(workers.map(({ begun }) => begun));
      await runQueued({ queue, store: s3.store("toy"), folder: join(root, "two"), surroundings: CREDENTIALS });
      expect(nodeFilesIn(join(root, "two"))).toEqual(nodeFilesIn(join(root, "right")));
      const all = toyPlan().networks.map(({ label }) => label);
      expect(workers.flatMap(({ trained }) => trained).sort()).toEqual(all.sort());
      for (const { trained } of workers) expect(trained.length).toBeGreaterThan(0);
    } finally {
      for (const worker of workers) worker.kill("SIGKILL", "both");
      await redis.close();
      await s3.close();
    }
  });
});
