import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { decodeSafetensors } from "@ltt/core";
import { decodeCheckpoint, parametersOf, snapshot } from "@ltt/layers";
import { FolderStore, patternOf } from "@ltt/lottery";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportNetwork } from "../src/export/export-network.ts";
import { openClassifier, storedNetwork } from "../src/trained-network.ts";
import { ltt } from "./command.ts";

// A network of `rest-frozen` computes with more than it trained: what its mask leaves out keeps its first values.

let root: string;
let network: string;
/** What it computes with, told without `rest.safetensors`: what it trained, and elsewhere the first weights of the dense network. */
let whole: Map<string, Float32Array>;
const words = ["good", "fine", "bad", "dull", "film", "plot", "the", "a"];
const texts = Array.from({ length: 74 }, (_, i) =>
  Array.from({ length: 3 + (i % 5) }, (_, j) => words[(i * 7 + j * 3) % 8]).join(" "),
);
const asked = texts.slice(60);
const csv = (of: readonly string[]) =>
  ["text,label", ...of.map((text, i) => `"${text}",${i % 2 === 0 ? "yes" : "no"}`)].join("\n");

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "ltt-frozen-rest-"));
  writeFileSync(join(root, "train.csv"), csv(texts.slice(0, 60)));
  writeFileSync(join(root, "test.csv"), csv(asked));
  const { code, err } = await ltt(
    [
      ...["run", "--texts", "train.csv", "--text", "text", "--label", "label", "--model", "cnn", "--test", "test.csv"],
      ...["--profile", "quick", "--rounds", "1", "--epochs", "1", "--arms", "rest-frozen", "--out", "run"],
    ],
    { cwd: root },
  );
  expect([code, err]).toEqual([0, expect.stringContaining("checks passed")]);
  const rows = readFileSync(join(root, "run", "metrics.csv"), "utf8")
    .trim()
    .split("\r\n");
  const nodeOf = (arm: string) =>
    join(
      root,
      "run",
      "nodes",
      rows
        .find((row) => row.startsWith(`${arm},`))!
        .split(",")
        .at(-1)!,
    );
  network = nodeOf("rest-frozen");
  const { weights } = decodeCheckpoint(readFileSync(join(network, "weights.safetensors")));
  whole = await snapshot(decodeCheckpoint(readFileSync(join(nodeOf("dense"), "initial.safetensors"))).weights);
  const trained = await snapshot(weights);
  for (const [name, positions] of patternOf(weights))
    for (const [i, at] of positions.entries()) whole.get(name)![at] = trained.get(name)![i]!;
}, 120_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("a network with a frozen rest", { timeout: 60_000 }, () => {
  const answersOf = async (folder: string) => (await openClassifier(folder)).classify(asked);

  test("says what it said when it was trained", async () => {
    const file = decodeSafetensors(readFileSync(join(network, "predictions.safetensors"))).tensors.get("test/logits");
    const logits = (file as { data: Float32Array }).data.toSorted(); // the order of the examples is another
    const now = (await answersOf(network)).map(({ probabilities }) => probabilities[1]!).sort((a, b) => a - b);
    for (const [i, logit] of logits.entries()) expect(now[i]).toBeCloseTo(1 / (1 + Math.exp(-logit)), 5);
  });

  test("is measured and made smaller as what it computes with", async () => {
    const stored = (await (await FolderStore.open(join(root, "run"))).read(basename(network)))!;
    const { network: made } = await storedNetwork(stored, join(root, "run"));
    const computed = await snapshot(parametersOf(made.module));
    expect(computed.size).toBe(whole.size);
    const others = [...computed.keys()].filter((name) => !isSame(computed.get(name)!, whole.get(name)!));
    expect(others).toEqual([]);
  });

  test("is exported with its rest, dense", async () => {
    await exportNetwork(network, "safetensors", join(root, "ticket"));
    expect(await answersOf(join(root, "ticket"))).toEqual(await answersOf(network));
    await exportNetwork(network, "pytorch", join(root, "pytorch"));
    const { tensors } = decodeSafetensors(readFileSync(join(root, "pytorch", "model.safetensors")));
    const { data } = tensors.get("linear.weight") as { data: Float32Array };
    expect(isSame(data, whole.get("linear.weight")!)).toBe(true);
  });
});

function isSame(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
