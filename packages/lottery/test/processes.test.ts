import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundled } from "./bundled.ts";

let root: string;
let script: string;
/** The files of an undisturbed run. */
let right: Map<string, Buffer>;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "ltt-processes-"));
  script = await bundled(new URL("run-toy.ts", import.meta.url));
  expect(await start("right").ended).toEqual({ code: 0, signal: null, err: "" });
  right = nodes("right");
  expect(right.size).toBe(5 * 6 + 3); // five networks, and the weights to rewind to
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly err: string;
}

function start(folder: string): {
  begun: Promise<void>;
  ended: Promise<Ended>;
  kill: (signal: NodeJS.Signals) => void;
} {
  const child = spawn(process.execPath, [script, join(root, folder)]);
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const ended = new Promise<Ended>((resolve) => child.on("close", (code, signal) => resolve({ code, signal, err })));
  const begun = new Promise<void>((resolve) => child.stdout.once("data", () => resolve()));
  return { begun: Promise.race([begun, ended.then(() => {})]), ended, kill: (signal) => child.kill(signal) };
}

/** The files of all nodes but their receipts, which hold times. */
function nodes(folder: string): Map<string, Buffer> {
  const base = join(root, folder, "nodes");
  const files = readdirSync(base, { recursive: true, encoding: "utf8" }).filter((path) => /\/(?!receipt)/.test(path));
  return new Map(files.sort().map((path) => [path, readFileSync(join(base, path))]));
}

const SIGNALS = ["SIGKILL", "SIGTERM", "SIGHUP", "SIGINT"] as const;

test("a run that is killed 50 times, while files are written too, ends with the bytes of one that is not", async () => {
  let kills = 0;
  // From the first milliseconds of a run, when it reads what there is, to some hundred steps, each of which writes.
  for (let turn = 0; kills < 50; turn++) {
    const folder = `killed ${Math.floor(kills / 10)}`;
    const { begun, ended, kill } = start(folder);
    await begun;
    await sleep((turn * 37) % 400);
    const signal = SIGNALS[turn % SIGNALS.length]!;
    kill(signal);
    const end = await ended;
    if (end.code === 0)
      rmSync(join(root, folder), { recursive: true }); // it was finished before: begun anew
    // Node lets go of a process's own handlers in its last moments: a signal may end it then too, as SIGKILL does.
    else expect([end.code ?? end.signal, end.err]).toEqual([end.code === null ? signal : 3, ""]);
    if (signal === "SIGKILL") expect(end.code).not.toBe(3);
    if (end.code !== 0) kills++;
  }
  for (let run = 0; run < 5; run++) {
    expect((await start(`killed ${run}`).ended).code).toBe(0);
    expect(nodes(`killed ${run}`)).toEqual(right);
    expect(readdirSync(join(root, `killed ${run}`)).sort()).toEqual(["nodes", "unfinished"]);
    expect(readdirSync(join(root, `killed ${run}`, "unfinished"))).toEqual([]);
  }
}, 600_000);

test("eight pairs of processes in one folder each, started 0 to 1.5 seconds apart, all end well, with the same bytes", async () => {
  for (let pair = 0; pair < 8; pair++) {
    const folder = `pair ${pair}`;
    const first = start(folder);
    await sleep((pair * 1500) / 7);
    const second = start(folder);
    expect(await Promise.all([first.ended, second.ended])).toEqual(
      new Array(2).fill({ code: 0, signal: null, err: "" }),
    );
    expect(nodes(folder)).toEqual(right);
    expect(readdirSync(join(root, folder, "unfinished"))).toEqual([]);
  }
}, 600_000);

describe("what is damaged is put into quarantine and made again, to the same bytes", () => {
  const damages: Readonly<Record<string, (path: string) => void>> = {
    emptied: (path) => writeFileSync(path, ""),
    cut: (path) => truncateSync(path, Math.floor(statSync(path).size / 2)),
    flipped: (path) => {
      const bytes = readFileSync(path);
      bytes[Math.floor(bytes.length / 2)]! ^= 1;
      writeFileSync(path, bytes);
    },
    zeroed: (path) => writeFileSync(path, Buffer.alloc(statSync(path).size)),
    deleted: (path) => rmSync(path),
  };

  /** In turn each file of each node is damaged in each way: a way a process, all files with one name in it. */
  test.each(Object.keys(damages))(
    "%s",
    async (way) => {
      const names = new Set([...right.keys()].map((path) => path.split("/")[1]!));
      for (const name of [...names, "receipt.json"]) {
        const folder = `${way} ${name}`;
        cpSync(join(root, "right"), join(root, folder), { recursive: true });
        const base = join(root, folder, "nodes");
        const having = readdirSync(base).filter((node) => readdirSync(join(base, node)).includes(name));
        for (const node of having) damages[way]!(join(base, node, name));
        const { code, err } = await start(folder).ended;
        expect(code).toBe(0);
        expect(nodes(folder)).toEqual(right);
        // The weights to rewind to are written again when the dense network is made again, before anybody reads them.
        const quarantined = readdirSync(join(root, folder, "quarantine")).map((entry) => entry.split("-")[0]);
        expect(quarantined.sort()).toEqual(having.sort());
        expect(err.trimEnd().split("\n")).toHaveLength(having.length);
        for (const line of err.trimEnd().split("\n"))
          expect(line).toMatch(/: .*: it is now .* and will be made again$/);
      }
    },
    300_000,
  );
});
