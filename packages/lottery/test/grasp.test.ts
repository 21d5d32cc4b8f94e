import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  add,
  detach,
  gradients,
  type Matrix,
  mul,
  stream,
  sum,
  type Tensor,
  tanh,
  tensor,
  tokens,
  type Weight,
} from "@ltt/core";
import { type Batch, classificationLoss, Linear, type Model, Module, parametersOf, withParameters } from "@ltt/layers";
import { afterAll, expect, test } from "vitest";
import {
  type ArmName,
  type Evidence,
  type ExperimentSettings,
  FolderStore,
  grasp,
  type LevelResult,
  magnitude,
  runExperiment,
  type Task,
  type Values,
} from "../src/index.ts";

/** Smooth, so that its loss has a second derivative everywhere. */
class Smooth extends Module implements Model<Matrix> {
  readonly first: Linear;
  readonly second: Linear;

  constructor(rng: ReturnType<typeof stream>) {
    super();
    this.first = new Linear({ inputs: 6, outputs: 12 }, rng.split("first"));
    this.second = new Linear({ inputs: 12, outputs: 3 }, rng.split("second"));
  }

  forward(x: Matrix): Matrix {
    return this.second.forward(tanh(this.first.forward(x)));
  }
}

const all = batch(1, 60);
const task: Task<Matrix> = {
  data: { task: "three clouds" },
  architecture: { model: "smooth" },
  chance: 1 / 3,
  model: (rng) => new Smooth(rng),
  batches: () => ({
    train: () => [all],
    stepsPerEpoch: 1,
    validation: () => [batch(2, 60)],
    test: () => [batch(3, 60)],
  }),
};

/** Points around three centres. */
function batch(seed: number, count: number): Batch<Matrix> {
  const noise = stream(seed, "points").normals(count * 6);
  const targets = Int32Array.from({ length: count }, (_, i) => i % 3);
  const points = noise.map((value, i) => value + (i % 6 === 2 * targets[Math.floor(i / 6)]! ? 3 : 0));
  return { input: tensor(points, [count, 6]), targets: tokens(targets, [count]) };
}

const root = mkdtempSync(join(tmpdir(), "ltt-grasp-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const settings: ExperimentSettings = {
  arms: ["pruned-at-start"],
  ...{ seeds: [1], rounds: 1, rate: 0.5, steps: 40, learningRate: 0.02, patience: null, evaluateEvery: 10 },
  ...{ rewindTo: { step: 1 }, faults: [] },
};

/** `Hg` by differentiating twice: the gradient of `g · (g, held still)`. */
function curvature(at: Values): Map<string, Float32Array> {
  const model = task.model(stream(1, "init"));
  const weights = parametersOf(model) as Map<string, Tensor>;
  const tensors = Array.from(weights, ([name, { shape }]) => tensor(at.get(name)!, shape, { requiresGrad: true }));
  const own = withParameters(model, new Map<string, Weight>([...weights.keys()].map((name, i) => [name, tensors[i]!])));
  const loss = classificationLoss(mul(own.forward(all.input), 1 / 200), all.targets);
  const slopes = gradients(loss, tensors, { createGraph: true });
  const along = slopes.map((slope) => sum(mul(slope, detach(slope)))).reduce((a, b) => add(a, b));
  const found = gradients(along, tensors);
  return new Map([...weights.keys()].map((name, i) => [name, found[i]!.data.slice()]));
}

test("grasp is w ⊙ Hg, with H by differentiating twice", async () => {
  let compared = 0;
  const score = async (evidence: Evidence) => {
    const [scores, at] = [await grasp.score(evidence), await evidence.trained()];
    const twice = curvature(at);
    for (const name of ["first.weight", "second.weight"]) {
      const [own, w, h] = [scores.get(name)!, at.get(name)!, twice.get(name)!];
      const largest = Math.max(...w.map((value, i) => Math.abs(value * h[i]!)));
      // differences of gradients in float32, over a step of 1/128 of the weights: an error of their rounding, 2⁻²⁴ · 128, and of the third derivative
      for (const [i, value] of own.entries()) expect(Math.abs(value - w[i]! * h[i]!)).toBeLessThan(2e-3 * largest);
      compared += own.length;
    }
    return scores;
  };
  const store = await FolderStore.open(join(root, "twice"));
  const spied = { ...settings, criterion: { ...magnitude, name: "spy", score } };
  for await (const _ of runExperiment(task as Task<never>, spied, { store, clock: () => 0 }));
  expect(compared).toBe(6 * 12 + 12 * 3);
});

test("grasp's own mask is compared with one shuffled within layers: as many weights of each tensor, and another network", async () => {
  const arms: ArmName[] = ["grasp", "grasp-random-mask"];
  const store = await FolderStore.open(join(root, "shuffled"));
  const found: LevelResult[] = [];
  for await (const level of runExperiment(task as Task<never>, { ...settings, arms }, { store, clock: () => 0 }))
    found.push(level);
  const [own, shuffled] = arms.map((arm) => found.find((level) => level.arm === arm)!);
  expect(own!.tensors.map(({ kept }) => kept)).toEqual(shuffled!.tensors.map(({ kept }) => kept));
  expect(own!.validationLoss).not.toBe(shuffled!.validationLoss);
});
