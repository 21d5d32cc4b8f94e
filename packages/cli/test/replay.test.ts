import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeCheckpoint, encodeCheckpoint } from "@ltt/layers";
import { FolderStore } from "@ltt/lottery";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ltt } from "./command.ts";

let root: string;
let node: string;
const settings =
  "--profile quick --train-size 60 --max-length 8 --epochs 3 --rounds 1 --arms winning-ticket,late-rewinding --out run";
const replay = (...args: string[]) => ltt(["replay", "spam-cnn", ...settings.split(" "), ...args], { cwd: root });

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "ltt-replay-test-"));
  await ltt(["run", "spam-cnn", ...settings.split(" ")], { cwd: root });
  const rows = readFileSync(join(root, "run", "metrics.csv"), "utf8")
    .trim()
    .split("\r\n");
  node = rows
    .find((row) => row.startsWith("late-rewinding"))!
    .split(",")
    .at(-1)!;
}, 60_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("a network that is trained again, elsewhere, has the same bytes, and the run is as it was", async () => {
  const before = readdirSync(join(root, "run"), { recursive: true }).sort();
  const { code, out } = await replay(node);
  expect(out).toBe(`${node}: 6 of 6 files have the same bytes\n`);
  expect(code).toBe(0);
  expect(readdirSync(join(root, "run"), { recursive: true }).sort()).toEqual(before);
}, 60_000);

test("weights that are not those of their node are found, though all checksums are right", async () => {
  const store = await FolderStore.open(join(root, "run"));
  const stored = (await store.read(node))!;
  const { weights } = decodeCheckpoint(stored.files.get("weights.safetensors")!);
  const weight = weights.get("linear.weight")! as { values: { write: (values: Float32Array) => void; size: number } };
  weight.values.write(new Float32Array(weight.values.size).fill(0.5));
  const forged = new Map(stored.files).set("weights.safetensors", await encodeCheckpoint({ weights }));
  await store.quarantine(node, "replaced by a test");
  await store.putIfAbsent(node, forged, { seconds: 0 });
  const { code, out } = await replay(node);
  expect(out).toBe(`${node}: 5 of 6 files have the same bytes; others: weights.safetensors\n`);
  expect(code).toBe(1);
}, 60_000);

test.each([
  ["0000000000000000", [], "replay: there is no node 0000000000000000; names are in metrics.csv"],
  ["", ["--train-size", "50"], "is of other"],
])(
  "%s: what cannot be replayed is one line",
  async (hash, more, message) => {
    const { code, err } = await replay(hash === "" ? node : hash, ...more, ...(more.length > 0 ? ["--seed", "1"] : []));
    expect(err).toContain(message);
    expect(code).toBe(1);
  },
  60_000,
);
