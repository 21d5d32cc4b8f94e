import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stream } from "@ltt/core";
import { decodeCheckpoint, resized, TextCnn } from "@ltt/layers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ltt } from "./command.ts";

let root: string;
let dense: string;
let small: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "ltt-inspect-test-"));
  const settings =
    "--profile quick --train-size 60 --max-length 8 --epochs 2 --rounds 1 --rate 0.5 --seeds 1,2 --arms filters --out run";
  const { code, err } = await ltt(["run", "spam-cnn", ...settings.split(" ")], { cwd: root });
  expect([code, err]).toEqual([0, expect.stringContaining("checks passed")]);
  const rows = readFileSync(join(root, "run", "metrics.csv"), "utf8")
    .trim()
    .split("\r\n");
  const column = rows[0]!.split(",").indexOf("node");
  const nodeOf = (arm: string) => rows.find((row) => row.startsWith(`${arm},1,`))!.split(",")[column]!;
  [dense, small] = [nodeOf("dense"), nodeOf("filters")];
}, 300_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("ltt compact writes a network that is smaller, and says that its outputs are the same bits", async () => {
  const { code, out, err } = await ltt(["compact", `run/nodes/${small}`, "--out", "small"], { cwd: root });
  expect([code, err]).toEqual([0, ""]);
  expect(out).toContain("outputs: the same bits");
  expect(out).toMatch(/convs\.0 \(filters\) +100 +100 +50 +50 %/);
  const bytes = readFileSync(join(root, "small", "weights.safetensors"));
  const { weights } = decodeCheckpoint(bytes);
  expect(weights.get("convs.2.weight")!.shape[2]).toBe(50);
  const config = JSON.parse(readFileSync(join(root, "small", "config.json"), "utf8"));
  expect([config.node, config.shapes["linear.weight"]]).toEqual([small, [1, 150]]);
  const whole = readFileSync(join(root, "run", "nodes", dense, "weights.safetensors"));
  expect(bytes.length).toBeLessThan(whole.length);
  const { rows, outputs } = config.architecture;
  const model = resized(new TextCnn({ rows, outputs }, stream(1)), weights); // as the docs say
  expect(model.convs[0]!.weight.shape[2]).toBe(50);
}, 180_000);

test("ltt inspect tells what it finds, keeps it, and the report shows it", async () => {
  const inspect = (node: string, ...args: string[]) => ltt(["inspect", node, "--out", "run", ...args], { cwd: root });
  const first = await inspect(small);
  expect([first.code, first.out]).toEqual([0, expect.stringMatching(/^filters, seed 1, round 1: test accuracy/)]);
  expect(first.out).toMatch(/mask shared with seed 2: 0\.\d{4}, by chance 0\.\d{4}/);
  const second = await inspect(dense, "--siblings", "0", "--between", "2", "--json");
  const { siblings, layers } = JSON.parse(second.out);
  expect([siblings.nodes[0], siblings.points.length]).toEqual([dense, 4]);
  expect(layers.map(({ layer }: { layer: string }) => layer)).toEqual([
    "embedding",
    "convs.0",
    "convs.1",
    "convs.2",
    "linear",
  ]);
  const { networks } = JSON.parse(readFileSync(join(root, "run", "inspection.json"), "utf8"));
  expect(networks.map(({ node }: { node: string }) => node)).toEqual([dense, small]);
  expect((await ltt(["report", "run"], { cwd: root })).code).toBe(0);
  const report = readFileSync(join(root, "run", "report.html"), "utf8");
  expect(report).toContain("Looking inside");
  expect(report).toMatch(/Two copies from its start: barrier [+−]?\d/);
}, 300_000);

test("what is not there, or damaged, is one line", async () => {
  const { code, err } = await ltt(["inspect", "0123456789abcdef", "--out", "run"], { cwd: root });
  expect([code, err]).toEqual([
    1,
    expect.stringContaining("no run noted in run.json has the network 0123456789abcdef"),
  ]);
  const none = await ltt(["compact", "run/nodes/0123456789abcdef", "--out", "none"], { cwd: root });
  expect([none.code, none.err]).toEqual([1, expect.stringContaining("is no trained network: name its folder")]);
  const kept = readFileSync(join(root, "run", "inspection.json"));
  writeFileSync(join(root, "run", "inspection.json"), "{");
  const damaged = await ltt(["report", "run"], { cwd: root });
  expect([damaged.code, damaged.err]).toEqual([
    1,
    expect.stringContaining("inspection.json: is of another version of ltt, or damaged"),
  ]);
  writeFileSync(join(root, "run", "inspection.json"), kept);
}, 180_000);

test("slimming is refused where there is no batch normalisation", async () => {
  const { code, err } = await ltt(["run", "spam-cnn", "--profile", "quick", "--arms", "slimming", "--out", "x"], {
    cwd: root,
  });
  expect([code, err]).toEqual([1, "ltt: --arms: slimming is of models with batch normalisation; this one has none\n"]);
}, 180_000);

test("ltt latency keeps what it measures outside nodes and tables, and the report shows it", async () => {
  const tables = () => ["metrics.csv", "tensors.csv"].map((file) => readFileSync(join(root, "run", file), "utf8"));
  const before = tables();
  const measure = (...args: string[]) => ltt(["latency", "run", "--passes", "3", ...args], { cwd: root });
  const { code, out, err } = await measure("--arm", "filters", "--batch", "2");
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(
    /medians of 3 passes in turn, one thread of wasm.*\ndense +one example +[\d.]+ \(1\.00 × dense\), 2 /,
  );
  const { networks, machine } = JSON.parse(readFileSync(join(root, "run", "latency.json"), "utf8"));
  expect(networks.map(({ node }: { node: string }) => node)).toEqual([dense, small]);
  for (const { one, batch } of networks) expect([one.median > 0, batch.median > 0]).toEqual([true, true]);
  const table = () => readFileSync(join(root, "run", "latency.csv"), "utf8");
  const measured = table();
  const [{ one }] = networks;
  expect(measured).toContain(`\r\ndense,1,0,1,${one.median},${one.quartiles.join(",")},3,1,`);
  expect((await ltt(["report", "run"], { cwd: root })).code).toBe(0);
  expect(table()).toBe(measured);
  const page = readFileSync(join(root, "run", "report.html"), "utf8");
  expect(page).toContain("Latency, measured");
  expect(page).toContain(machine);
  expect(tables()).toEqual(before);

  const wrong = await measure("--arm", "snip");
  expect([wrong.code, wrong.err]).toEqual([
    1,
    expect.stringContaining("the latest run has no network of arm snip, seed 1: it has dense, filters of seeds 1, 2"),
  ]);
}, 180_000);
