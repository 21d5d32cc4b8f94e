import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeSafetensors, encodeSafetensors, type SafetensorsEntry, stream } from "@ltt/core";
import { Adam, buffersOf, decodeCheckpoint, snapshot, stateOf, train, trainable, withParameters } from "@ltt/layers";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  auditRun,
  type ExperimentSettings,
  FolderStore,
  type LevelResult,
  planExperiment,
  replay,
  runExperiment,
  type Store,
} from "../src/index.ts";
import { bufferedTask } from "./buffered-task.ts";
import { toySettings } from "./toy-task.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-buffers-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs to the end, however often it is interrupted: after these steps, of all networks together. */
async function run(folder: string, interrupted: readonly number[] = [], settings: ExperimentSettings = toySettings) {
  const levels: LevelResult[] = [];
  let steps = 0;
  for (;;) {
    const stop = new AbortController();
    const store = await FolderStore.open(join(root, folder));
    const onProgress = () => {
      if (interrupted.includes(++steps)) stop.abort(new Error("interrupted"));
    };
    const options = { store, clock: () => 0, onProgress, signal: stop.signal };
    try {
      for await (const level of runExperiment(bufferedTask, settings, options)) levels.push(level);
      return {
        levels,
        store,
        audited: planExperiment(bufferedTask, settings),
        of: (arm: string) => levels.find((level) => level.arm === arm)!,
      };
    } catch (error) {
      if ((error as Error).message !== "interrupted") throw error;
      levels.length = 0;
    }
  }
}

async function buffersIn(folder: string, node: string, file: string) {
  const bytes = readFileSync(join(root, folder, "nodes", node, file));
  return snapshot(decodeCheckpoint(bytes).buffers);
}

test("networks keep their buffers; rewinding puts those of the step back, everything else begins with the initial ones", async () => {
  const { of, store, levels, audited } = await run("arms");
  const initial = await snapshot(buffersOf(bufferedTask.model(stream(1, "init"))));
  expect([...initial.keys()]).toEqual(["norm.running_mean", "inner.running_mean"]);
  expect(await buffersIn("arms", of("dense").node!, "initial.safetensors")).toEqual(initial);
  for (const arm of ["winning-ticket", "random-reinit", "shuffled-init"])
    expect(await buffersIn("arms", of(arm).node!, "ticket.safetensors")).toEqual(initial);
  const { node, rewoundTo } = of("late-rewinding");
  const early = await buffersIn("arms", rewoundTo!, "weights.safetensors");
  expect(early).not.toEqual(initial);
  expect(await buffersIn("arms", node!, "ticket.safetensors")).toEqual(early);
  for (const level of levels) {
    const trained = await buffersIn("arms", level.node!, "weights.safetensors");
    expect(trained).not.toEqual(initial);
    expect(trained).not.toEqual(early);
    expect(level.tensors.map(({ name }) => name).filter((name) => name.includes("running"))).toEqual([]);
    expect(level.testAccuracy).toBeGreaterThan(0.8);
  }
  const checks = await auditRun(store, audited);
  expect(checks.filter(({ passed }) => !passed)).toEqual([]);
  expect(checks).toContainEqual({
    check: "Buffers start from the same moment as the weights",
    passed: true,
    detail: "4 networks",
  });
});

test("late rewinding gives the bits of a training that is begun with those weights and buffers, the best ones put back at its end", async () => {
  const learningRate = 0.3; // too large to be best at the end
  const { of } = await run("by hand", [], { ...toySettings, learningRate });
  const { node, earlyStopStep, steps } = of("late-rewinding");
  expect(earlyStopStep).toBeLessThan(steps);
  const file = (name: string) => decodeCheckpoint(readFileSync(join(root, "by hand", "nodes", node!, name)));
  const start = file("ticket.safetensors");
  const model = withParameters(bufferedTask.model(stream(0)), new Map([...start.weights, ...start.buffers]));
  const optimiser = new Adam(trainable(model), { learningRate });
  const options = { batches: bufferedTask.batches(1).train, epochs: 4, optimiser, seed: 1 };
  for await (const { step } of train(model, { ...options, start: { epoch: 3, batch: 0, step: 16 } }))
    if (step === earlyStopStep) break;
  const best = file("weights.safetensors");
  expect(await snapshot(stateOf(model))).toEqual(await snapshot(new Map([...best.weights, ...best.buffers])));
});

test("a run that is interrupted goes on to the same bytes, and replaying gives them again", async () => {
  const { of, store } = await run("whole");
  await run("parts", [3, 9, 30, 50, 70, 100, 140]);
  const files = (folder: string) => {
    const base = join(root, folder, "nodes");
    const paths = readdirSync(base, { recursive: true, encoding: "utf8" }).filter((path) => /\/(?!receipt)/.test(path));
    return new Map(paths.sort().map((path) => [path, readFileSync(join(base, path))]));
  };
  expect(files("parts")).toEqual(files("whole"));
  const elsewhere = await FolderStore.open(join(root, "elsewhere"));
  const { node } = of("late-rewinding");
  expect((await replay(bufferedTask, node!, store, elsewhere, { clock: () => 0 })).different).toEqual([]);
});

test("the audit finds buffers of another moment", async () => {
  const { store, audited } = await run("audited");
  const late = audited.find(({ arm }) => arm === "late-rewinding")!;
  const found = await store.read(late.network);
  const { tensors, metadata } = decodeSafetensors(found!.files.get("ticket.safetensors")!);
  const moved = tensors.get("buffers/norm.running_mean") as SafetensorsEntry & { dtype: "F32" };
  const wrong = new Map(tensors).set("buffers/norm.running_mean", { ...moved, data: moved.data.map((x) => x + 1) });
  const files = new Map(found!.files).set("ticket.safetensors", encodeSafetensors(wrong, metadata));
  const other: Store = Object.assign(Object.create(store) as Store, {
    read: async (hash: string) => (hash === late.network ? { ...found!, files } : store.read(hash)),
  });
  const [failed, ...others] = (await auditRun(other, audited)).filter(({ passed }) => !passed);
  expect(failed).toEqual({
    check: "Buffers start from the same moment as the weights",
    passed: false,
    detail: "late-rewinding, seed 1, round 1: norm.running_mean",
  });
  expect(others).toEqual([]);
});
