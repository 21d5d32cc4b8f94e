import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ExperimentSettings,
  FolderStore,
  inspectNetwork,
  type LevelResult,
  runExperiment,
  type Task,
} from "../src/index.ts";
import { normedTask } from "./normed-task.ts";
import { frozenTask, toySettings, toyTask } from "./toy-task.ts";

const settings: ExperimentSettings = { ...toySettings, arms: ["winning-ticket"], epochs: 2, rewindTo: { step: 6 } };
const clock = () => 0;

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-inspect-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function run<Input>(name: string, task: Task<Input>) {
  const store = await FolderStore.open(join(root, name));
  const levels: LevelResult[] = [];
  for await (const level of runExperiment(task, settings, { store, clock })) levels.push(level);
  return { store, dense: levels[0]!, ticket: levels[1]! };
}

describe.each([
  ["texts", toyTask],
  ["frozen vectors", frozenTask],
  ["batch normalisation", normedTask],
] as const)("a look inside networks of %s", (name, task) => {
  test("tells movement, importance, and copies with their barrier", async () => {
    const { store, dense, ticket } = await run(name, task as Task<unknown>);
    const of = (hash: string, more = {}) => inspectNetwork(task as Task<unknown>, hash, store, { clock, ...more });
    const whole = await of(dense.node!, { siblingsFrom: 0, between: 3 });
    expect(whole.inDense).toBeUndefined();
    expect(whole.movement.all.distance).toBeGreaterThan(0);
    expect(whole.layers.map(({ layer }) => layer)).toEqual(
      name === "texts"
        ? ["embedding", "convs.0", "convs.1", "linear"]
        : name === "frozen vectors"
          ? ["convs.0", "convs.1", "linear"] // what is frozen has learnt nothing
          : ["conv1", "norm1", "conv2", "norm2", "linear"],
    );
    for (const { accuracy } of whole.layers) expect(Object.keys(accuracy)).toEqual(["initial", "fresh"]);
    const { nodes, points, step } = whole.siblings!;
    expect([nodes[0], step]).toEqual([dense.node, 0]); // the network itself is the first copy
    expect(points.map(({ alpha }) => alpha)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    if (name === "texts") expect(points[0]!.error).toBeCloseTo(1 - whole.accuracy, 6);

    const later = await of(dense.node!, { siblingsFrom: 6, between: 1 });
    expect(new Set([dense.node, ...nodes, ...later.siblings!.nodes]).size).toBe(4);
    const sparse = await of(ticket.node!, { siblingsFrom: 0, between: 1 });
    expect(sparse.siblings!.nodes[0]).toBe(ticket.node);
    const { kept, others } = sparse.inDense!;
    expect(kept.count + others.count).toBe(whole.movement.all.count);
    expect(sparse.movement.all.count).toBe(kept.count);
  }, 120_000);
});

test("copies are found again, and give the same answer", async () => {
  const { store, dense } = await run("again", toyTask);
  const look = () => inspectNetwork(toyTask, dense.node!, store, { clock, siblingsFrom: 6, between: 2 });
  const first = await look();
  const there = await store.list();
  expect(await look()).toEqual(first);
  expect(await store.list()).toEqual(there);
});

test("what cannot be looked at is refused", async () => {
  const { store, ticket } = await run("refused", toyTask);
  const of = (hash: string, more = {}) => inspectNetwork(toyTask, hash, store, { clock, ...more });
  await expect(of("0123456789abcdef")).rejects.toThrow(
    "inspectNetwork: there is no node 0123456789abcdef; names are in metrics.csv",
  );
  await expect(of(ticket.node!, { siblingsFrom: 3 })).rejects.toThrow(
    `inspectNetwork: node ${ticket.node} is sparse: copies of it begin with its start, siblingsFrom is 0`,
  );
});
