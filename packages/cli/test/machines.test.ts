import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noRedis, RedisServer } from "../../workers/test/redis-server.ts";
import { CREDENTIALS, S3Server } from "../../workers/test/s3-server.ts";
import { ltt } from "./command.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-cli-machines-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const small = ["run", "spam-cnn", "--profile", "quick", "--train-size", "20", "--max-length", "8", "--epochs", "2"];
const run = (...args: readonly string[]) => ltt([...small, "--rounds", "2", ...args], { cwd: root, env: CREDENTIALS });

/** SHA-256 of all files of a run but the receipts and run.json, which hold times and places. */
function files(folder: string): Map<string, string> {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  const kept = names.filter(
    (name) => /\.(csv|json|jsonl|safetensors)$/.test(name) && !/receipt\.json$|^run\.json$/.test(name),
  );
  const digest = (name: string) =>
    createHash("sha256")
      .update(readFileSync(join(root, folder, name)))
      .digest("hex");
  return new Map(kept.sort().map((name) => [name, digest(name)]));
}

describe.skipIf(noRedis("ltt run --queue"))("ltt run --queue", { timeout: 600_000 }, () => {
  let redis: RedisServer;
  let s3: S3Server;
  /** The one that `.ci/run` has started, or one of this test's own. */
  const queue = () => process.env.LTT_REDIS ?? redis.url;
  beforeAll(async () => {
    [redis, s3] = [await RedisServer.open(), await S3Server.open()];
  });
  afterAll(async () => {
    await redis.close();
    await s3.close();
  });

  test("two workers on Redis and S3, two on Redis and a folder: the bytes of one machine", async () => {
    expect((await run("--out", "local")).code).toBe(0);
    const stores = { s3: s3.store("lab"), folder: join(root, "shared") };
    for (const [name, store] of Object.entries(stores)) {
      const where = ["--queue", `${queue()}?prefix=${name}-${process.pid}`, "--store", store];
      const worker = () =>
        ltt(["worker", ...where, "--threads", "1", "--until-empty"], { cwd: root, env: CREDENTIALS });
      const workers: ReturnType<typeof worker>[] = [];
      const watch = (said: string) => {
        if (workers.length === 0 && said.includes("workers train the others")) workers.push(worker(), worker());
      };
      const { code, err } = await ltt([...small, "--rounds", "2", "--out", name, ...where], {
        cwd: root,
        env: CREDENTIALS,
        watch,
      });
      expect(code, err).toBe(0);
      expect(err).toMatch(/queue redis:.*, store .*: 9 networks, 0 of them finished; workers train the others/);
      expect(files(name)).toEqual(files("local"));
      expect(readFileSync(join(root, name, "run.json"), "utf8")).not.toMatch(/redis:|S3RVER/);
      const ended = await Promise.all(workers);
      expect(ended.map((one) => one.code)).toEqual([0, 0]);
      const trained = ended.flatMap((one) => Array.from(one.err.matchAll(/^(.*): trained$/gm), ([, label]) => label));
      expect(new Set(trained).size).toBe(9);
      expect(trained).toHaveLength(9);
      const status = await ltt(["status", "--queue", where[1]!], { cwd: root });
      expect(status.out).toContain("9 of 9 networks finished");
    }
  });
});

test("options of machines that are wrong are one line each, without passwords", async () => {
  const wrong = async (...args: readonly string[]) => (await ltt(args, { cwd: root })).err.trimEnd().split("\n").at(-1);
  expect(await wrong(...small, "--store", "x")).toBe("ltt: --store is of --queue: name the queue too");
  expect(await wrong(...small, "--store", "x", "--dry-run")).toBe("ltt: --store is of --queue: name the queue too");
  expect(await wrong(...small, "--queue", "redis://u:secret@h:x", "--out", "wrong")).toBe(
    "ltt: --queue is no address; it is redis://HOST:6379 or, with TLS, rediss://HOST:6379",
  );
  expect(await wrong("worker", "--queue", "redis://:secret@127.0.0.1:9", "--store", "s")).toBe(
    "ltt: redis://127.0.0.1:9: no queue there: nobody listens: is Redis running, and are host and port right?",
  );
});

describe("ltt sweep", { timeout: 600_000 }, () => {
  test("lists its runs, trains what they share once, and compares them", async () => {
    const grid = { "learning-rate": [0.01, 0.02], rate: [0.5, 0.7] };
    const settings = {
      profile: "quick",
      "train-size": 20,
      "max-length": 8,
      epochs: 1,
      rounds: 1,
      seeds: [1, 2],
      arms: "winning-ticket",
    };
    writeFileSync(join(root, "grid.json"), JSON.stringify({ run: "spam-cnn", settings, grid }));
    const listed = await ltt(["sweep", "grid.json", "--dry-run"], { cwd: root });
    expect(listed.out.trimEnd().split("\n")).toHaveLength(4);
    expect(listed.out).toContain("--seeds 1,2 --arms winning-ticket --learning-rate 0.01 --rate 0.7\n");
    const { code, err, out } = await ltt(["sweep", "grid.json", "--out", "swept"], { cwd: root });
    expect(code, err).toBe(0);
    expect(out).toBe(`4 runs\nreport: ${join(root, "swept", "sweep.html")}\n`);
    // For each learning rate and seed one dense network and two tickets: the dense ones are shared.
    expect(readdirSync(join(root, "swept", "nodes"))).toHaveLength(2 * 2 * 3);
    const csv = readFileSync(join(root, "swept", "sweep.csv"), "utf8")
      .trimEnd()
      .split("\n");
    expect(csv[0]).toMatch(/^learning-rate,rate,arm,round,sparsity,runs,/);
    expect(csv).toHaveLength(1 + 4 * 2);
    expect(readdirSync(join(root, "swept", "runs", "learning-rate=0.01,rate=0.5"))).toContain("report.html");
    expect(readFileSync(join(root, "swept", "sweep.html"), "utf8")).toContain(
      'href="runs/learning-rate=0.01,rate=0.5/report.html"',
    );
  });

  test.each([
    ["grid: { rate: 0.5 }", "grid: rate is no list of values"],
    [
      `grid: [${Array.from({ length: 99 }, (_, i) => i)}]`,
      "grid is [0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29…; it holds names with values",
    ],
    ["runs: spam-cnn", 'there is no "runs"; a sweep has run, settings, grid'],
    ["settings: { out: x }", "out is of the whole sweep: ltt sweep --out"],
    ["settings: { rate: 0.5 }\ngrid: { rate: [0.5] }", "rate is in settings and in grid; give it once"],
  ])("refuses %s", async (text, message) => {
    writeFileSync(join(root, "wrong.yaml"), `${text}\n`);
    expect((await ltt(["sweep", "wrong.yaml"], { cwd: root })).err).toBe(`ltt: wrong.yaml: ${message}\n`);
  });
});
