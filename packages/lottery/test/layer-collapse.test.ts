import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stream, type Tensor4, tensor, tokens } from "@ltt/core";
import { type Batch, ConvNet } from "@ltt/layers";
import { afterAll, expect, test } from "vitest";
import {
  type ExperimentSettings,
  FolderStore,
  type LevelResult,
  magnitude,
  type NamedArm,
  prunedAtStartBy,
  runExperiment,
  synflow,
  type Task,
} from "../src/index.ts";

/** Conv-4 of 460,000 weights on images of 8 × 8: neither criterion looks at them. */
const task: Task<Tensor4> = {
  data: { task: "noise" },
  architecture: { model: "conv-4 of 8 × 8" },
  chance: 0.1,
  model: (rng) => new ConvNet({ depth: 4, size: 8, channels: 3, outputs: 10 }, rng),
  batches: () => ({
    train: () => [batch(1, 2)],
    stepsPerEpoch: 1,
    validation: () => [batch(2, 20)],
    test: () => [batch(3, 20)],
  }),
};

const root = mkdtempSync(join(tmpdir(), "ltt-collapse-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function batch(seed: number, count: number): Batch<Tensor4> {
  const targets = Int32Array.from({ length: count }, (_, i) => i % 10);
  return { input: tensor(stream(seed).normals(count * 192), [count, 3, 8, 8]), targets: tokens(targets, [count]) };
}

const armOf = (name: string, criterion: typeof magnitude): NamedArm => ({
  name,
  levels: prunedAtStartBy({ criterion, pool: "all", exclude: ["*.bias"] }),
});

test("at a thousandth of the weights magnitude empties layers, which is named, and SynFlow none: Tanaka et al. 2020, fig. 1", async () => {
  const settings: ExperimentSettings = {
    arms: [armOf("magnitude", magnitude), armOf("flow", synflow)],
    ...{ seeds: [1], rounds: 1, rate: 0.999, steps: 1, learningRate: 1e-3, patience: null, evaluateEvery: 1 },
    ...{ rewindTo: { step: 1 }, faults: [] },
  };
  const found = new Map<string, LevelResult>();
  const store = await FolderStore.open(root);
  for await (const level of runExperiment(task as Task<never>, settings, { store, clock: () => 0 }))
    found.set(level.arm, level);
  const layers = (arm: string) => found.get(arm)!.tensors.filter(({ name }) => name.endsWith(".weight"));
  const keptBy = (arm: string) => layers(arm).reduce((sum, { kept }) => sum + kept, 0);
  expect(keptBy("magnitude")).toBe(keptBy("flow"));
  expect(Math.abs(keptBy("flow") / layers("flow").reduce((sum, { size }) => sum + size, 0) - 0.001)).toBeLessThan(1e-5);
  expect(layers("magnitude").filter(({ kept }) => kept === 0).length).toBeGreaterThan(0);
  expect(layers("flow").every(({ kept }) => kept > 0)).toBe(true);
  expect(found.get("magnitude")!.collapsed).toBe("layer");
  expect(found.get("flow")!.collapsed).not.toBe("layer");
}, 300_000);
