import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  auditRun,
  type ExperimentSettings,
  FolderStore,
  type LevelResult,
  maskDistance,
  type NamedArm,
  planExperiment,
  replay,
  runExperiment,
  type Sighting,
  type StopSearch,
  stopsOf,
  type Task,
} from "../src/index.ts";
import { toySettings, toyTask } from "./toy-task.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-early-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** An arm that searches the mask at steps 8, 16, 24 and 32 of dense training, and beside it the one that cuts after a step. */
const searching = (stop: StopSearch): NamedArm => ({
  name: "searching",
  *levels(graph) {
    const mask = graph.search(graph.dense, [8, 16, 24, 32], stop);
    yield { round: 1, network: graph.train(graph.rewind(mask, graph.init)), expect: graph.expectSearch(graph.dense) };
  },
});
const cutAfter = (step: number): NamedArm => ({
  name: "cut-after",
  *levels(graph) {
    yield { round: 1, network: graph.train(graph.rewind(graph.cut(graph.dense, { at: step }), graph.init)) };
  },
});

async function run(folder: string, settings: ExperimentSettings) {
  const store = await FolderStore.open(join(root, folder));
  const found = new Map<string, LevelResult>();
  for await (const level of runExperiment(toyTask, settings, { store, clock: () => 0 })) found.set(level.arm, level);
  const checks = await auditRun(store, planExperiment(toyTask, settings), { task: toyTask as Task });
  const weights = async (arm: string) => (await store.read(found.get(arm)!.node!))!.files.get("weights.safetensors")!;
  return { store, found, checks, weights };
}

describe("a search that stops by itself", () => {
  test("sees masks and validations so far, and its network is the one of a cut at that step", async () => {
    const seen: Sighting[][] = [];
    const stop: StopSearch = {
      name: "third",
      version: 1,
      stop: (sightings) => {
        seen.push([...sightings]);
        return sightings.length === 3;
      },
    };
    const settings = { ...toySettings, arms: [searching(stop), cutAfter(24)] };
    const { found, checks, weights } = await run("third", settings);
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(found.get("searching")!.searchedSteps).toBe(24);
    expect(found.get("cut-after")!.searchedSteps).toBe(24);
    expect(found.get("dense")!.searchedSteps).toBeUndefined();
    expect(await weights("searching")).toEqual(await weights("cut-after"));
    const last = seen.find(({ length }) => length === 3)!;
    expect(last.map(({ step }) => step)).toEqual([8, 16, 24]);
    expect(last.map(({ validations }) => validations.map(({ step }) => step))).toEqual([
      [4, 8],
      [4, 8, 12, 16],
      [4, 8, 12, 16, 20, 24],
    ]);
    expect(last[0]!.size).toBeGreaterThan(last[0]!.mask.get("embedding.weight")!.length);
    expect(maskDistance(last[0]!, last[2]!)).toBeGreaterThan(0);
  });

  test("that is never satisfied has the mask of the last moment", async () => {
    const never: StopSearch = { name: "never", version: 1, stop: () => false };
    const { found, weights } = await run("never", { ...toySettings, arms: [searching(never), cutAfter(32)] });
    expect(found.get("searching")!.searchedSteps).toBe(32);
    expect(await weights("searching")).toEqual(await weights("cut-after"));
  });

  test("is replayed with it, and refused without", async () => {
    const first: StopSearch = { name: "first", version: 1, stop: () => true };
    const settings = { ...toySettings, arms: [{ ...searching(first), plugin: "ab" }] };
    const { store, found } = await run("replayed", settings);
    const again = async (folder: string, stops: StopSearch[]) => {
      const elsewhere = await FolderStore.open(join(root, folder));
      return replay(toyTask, found.get("searching")!.node!, store, elsewhere, { clock: () => 0, stops });
    };
    const stops = stopsOf(toyTask, settings);
    expect(stops).toEqual([{ ...first, plugin: "ab" }]); // a stop of a plugin's arm has the digest of its file
    expect((await again("with-stop", stops)).different).toEqual([]);
    await expect(again("without", [])).rejects.toThrow(/stop .*"first".* is not known/);
  });

  test.each<[(graph: Parameters<NamedArm["levels"]>[0]) => unknown, string]>([
    [
      (graph) => graph.search(graph.dense, [], { name: "x", version: 1, stop: () => true }),
      "steps are []; there is one at least",
    ],
    [
      (graph) => graph.search(graph.dense, [8, 8], { name: "x", version: 1, stop: () => true }),
      "steps are [8,8]; there is one",
    ],
    [(graph) => graph.search(graph.dense, [8], { name: "x", version: 1 } as StopSearch), "stop.stop is undefined"],
  ])("is planned with a stop, at steps that ascend: %#", (plan, message) => {
    const wrong: NamedArm = { name: "wrong", levels: (graph) => [plan(graph)] as never };
    expect(() => planExperiment(toyTask, { ...toySettings, arms: [wrong] })).toThrow(
      `ExperimentGraph.search: ${message}`,
    );
  });
});

test("rates and exclusions by pattern are those of the nodes, and the audit finds them kept", async () => {
  const settings: ExperimentSettings = {
    ...toySettings,
    arms: ["winning-ticket"],
    rates: { "convs.*.weight": 0.25 },
    exclude: ["*.bias"],
  };
  const { found, checks } = await run("patterns", settings);
  expect(checks.filter(({ passed }) => !passed)).toEqual([]);
  const kept = new Map(found.get("winning-ticket")!.tensors.map(({ name, kept, size }) => [name, kept / size]));
  expect(
    ["embedding.weight", "convs.0.weight", "convs.1.weight", "convs.0.bias"].map((name) => kept.get(name)),
  ).toEqual([0.5, 0.75, 0.75, 1]);
});
