import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type ExperimentSettings,
  FolderStore,
  finishedResults,
  type LevelResult,
  networkCount,
  runExperiment,
} from "../src/index.ts";
import { toyTask } from "./toy-task.ts";

const settings: ExperimentSettings = {
  arms: ["winning-ticket"],
  seeds: [1],
  rounds: 1,
  rate: 0.5,
  epochs: 1,
  learningRate: 0.02,
  patience: null,
  evaluationsPerEpoch: 1,
  rewindTo: { epoch: 1 },
  faults: [],
};

let root: string;
let store: FolderStore;
const levels: LevelResult[] = [];
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "ltt-finished-"));
  store = await FolderStore.open(root);
  for await (const level of runExperiment(toyTask, settings, { store, clock: () => 0 })) levels.push(level);
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

test("the results of a finished experiment are those of the run", async () => {
  expect(levels.length).toBe(networkCount(settings));
  expect(await finishedResults(toyTask, settings, store)).toEqual(levels);
  expect([...(await store.list())]).toEqual(levels.map(({ node }) => node).sort());
});

test.each([
  ["another seed", { seeds: [1, 2] }],
  ["a further round", { rounds: 2 }],
  ["another learning rate", { learningRate: 0.01 }],
])("with %s it is not finished, and nothing is trained", async (_, change) => {
  const before = readdirSync(root, { recursive: true }).length;
  expect(await finishedResults(toyTask, { ...settings, ...change }, store)).toBeUndefined();
  expect(readdirSync(root, { recursive: true }).length).toBe(before);
});

test("with a node that has changed it is not finished any more, and the node is out of the way", async () => {
  const [, { node } = {}] = levels;
  writeFileSync(join(root, "nodes", node!, "weights.safetensors"), "");
  expect(await finishedResults(toyTask, settings, store)).toBeUndefined();
  expect(await store.list()).not.toContain(node);
  expect(readdirSync(join(root, "quarantine"))).toEqual([`${node}-1`]);
});
