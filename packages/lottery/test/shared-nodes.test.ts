import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ExperimentSettings,
  FolderStore,
  folderContents,
  plannedNodes,
  runExperiment,
  type Task,
} from "../src/index.ts";
import { toySettings, toyTask } from "./toy-task.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-shared-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const settings: ExperimentSettings = { ...toySettings, arms: ["winning-ticket", "late-rewinding"], rounds: 2 };

/** The networks that a run trains, by what they are called, and what it makes. */
async function trainedBy(folder: string, chosen: ExperimentSettings, task: Task<never> = toyTask as Task<never>) {
  const store = await FolderStore.open(join(root, folder));
  const trained = new Set<string>();
  const onProgress = ({ arm, seed, round }: { arm: string; seed: number; round: number }) =>
    trained.add(`${arm} ${seed} ${round}`);
  const nodes: string[] = [];
  for await (const { node } of runExperiment(task, chosen, { store, clock: () => 0, onProgress })) nodes.push(node!);
  return { trained: [...trained], nodes };
}

/** Names of planned networks by what they are called. */
const planned = (chosen: ExperimentSettings) =>
  new Map(
    plannedNodes(toyTask, chosen, new Set())
      .filter(({ op }) => op === "train")
      .map(({ arm, round, hash }) => [`${arm} ${round}`, hash]),
  );

describe("what does not determine a network trains nothing", () => {
  const again = async (folder: string, chosen: ExperimentSettings, task?: Task<never>) => {
    await trainedBy(folder, settings);
    return (await trainedBy(folder, chosen, task)).trained;
  };

  test("the same experiment", async () => expect(await again("same", settings)).toEqual([]));

  test("a moment of rewinding that no arm goes back to, even outside training", () => {
    const arms = ["winning-ticket", "shuffled-init"] as const;
    const at = (step: number) => [...planned({ ...settings, arms, rewindTo: { step } }).values()];
    expect(at(1_000_000)).toEqual(at(1));
    expect(() => planned({ ...settings, arms: [...arms, "early-mask"], rewindTo: { step: 1_000_000 } })).toThrow(
      "rewind to step 1000000: training has",
    );
  });

  test("the order of faults, and faults of the report", async () => {
    const faults = ["patience-never-resets", "accuracy-of-batch-means"] as const;
    await trainedBy("faults", { ...settings, faults });
    const turned = [...faults].reverse();
    expect((await trainedBy("faults", { ...settings, faults: turned })).trained).toEqual([]);
    const report = [...turned, "winner-by-test-accuracy"] as const;
    expect((await trainedBy("faults", { ...settings, faults: report })).trained).toEqual([]);
  });

  test("the groups and the measures of a task, which are labels", async () => {
    expect(await again("labels", settings, { ...toyTask, group: () => "all" } as unknown as Task<never>)).toEqual([]);
  });

  test("the same moment in another unit", async () => {
    expect(settings.rewindTo).toEqual({ epoch: 2 });
    expect(await again("unit", { ...settings, rewindTo: { step: 16 } })).toEqual([]);
  });

  test("another moment trains late rewinding anew and nothing else", async () => {
    const trained = await again("moment", { ...settings, rewindTo: { epoch: 1 } });
    // the dense network's steps to the new moment are made again: its node is there
    expect(trained).toEqual(["dense 1 0", "late-rewinding 1 1", "late-rewinding 1 2"]);
    const before = readdirSync(join(root, "moment", "nodes"));
    expect((await trainedBy("moment", settings)).trained).toEqual([]);
    expect(readdirSync(join(root, "moment", "nodes"))).toEqual(before);
  });

  test("more rounds, seeds and arms train what is new", async () => {
    const more: ExperimentSettings = { ...settings, rounds: 3, arms: ["winning-ticket", "random-reinit"] };
    expect(await again("more", more)).toEqual([
      "random-reinit 1 1",
      "random-reinit 1 2",
      "winning-ticket 1 3",
      "random-reinit 1 3",
    ]);
  });
});

test("one-shot pruning and the first round of iterative pruning with its rate are the same nodes", () => {
  const [oneShot, iterative] = [planned({ ...settings, rounds: 1, rate: 0.75 }), planned({ ...settings, rate: 0.75 })];
  for (const name of ["dense 0", "winning-ticket 1", "late-rewinding 1"]) {
    expect(oneShot.get(name)).toBe(iterative.get(name));
    expect(oneShot.get(name)).toMatch(/^[0-9a-f]{16}$/);
  }
  const slower = planned({ ...settings, rate: 0.5 });
  expect(slower.get("dense 0")).toBe(oneShot.get("dense 0"));
  expect(slower.get("winning-ticket 1")).not.toBe(oneShot.get("winning-ticket 1"));
});

test("every node is listed once, after those that it rests on, with what it costs, as it is then made", async () => {
  const nodes = plannedNodes(toyTask, settings, new Set());
  expect(new Set(nodes.map(({ hash }) => hash)).size).toBe(nodes.length);
  const seen = new Set<string>();
  for (const { hash, inputs } of nodes) {
    for (const input of Object.values(inputs)) expect(seen).toContain(input);
    seen.add(hash);
  }
  const costs = nodes
    .filter(({ stepsAtMost }) => stepsAtMost > 0)
    .map(({ arm, round, stepsAtMost }) => [arm, round, stepsAtMost]);
  expect(costs).toEqual([
    ["dense", 0, 32],
    ["winning-ticket", 1, 32],
    ["late-rewinding", 1, 16],
    ["winning-ticket", 2, 32],
    ["late-rewinding", 2, 16],
  ]);
  await trainedBy("listed", settings);
  const { nodes: made } = await folderContents(join(root, "listed"));
  expect(
    nodes
      .filter(({ stored }) => stored !== null)
      .map(({ hash }) => hash)
      .sort(),
  ).toEqual([...made.keys()]);
  const there = plannedNodes(toyTask, { ...settings, rewindTo: { step: 5 } }, new Set(made.keys()));
  expect(there.filter(({ stored }) => stored === false).map(({ op, stepsAtMost }) => [op, stepsAtMost])).toEqual([
    ["at", 5],
    ["train", 27],
    ["train", 27],
  ]);
});

test("a folder that is not there is empty", async () => {
  expect(await folderContents(join(root, "nowhere"))).toEqual({
    nodes: new Map(),
    unfinished: new Map(),
    failed: [],
    quarantined: [],
    conflicting: [],
  });
});
