import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dense, type Sparse, stream, type TokenMatrix } from "@ltt/core";
import { Adam, decodeCheckpoint, parametersOf, snapshot, train, trainable, withParameters } from "@ltt/layers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ExperimentSettings, FolderStore, type LevelResult, runExperiment, type Task } from "../src/index.ts";
import { toySettings, toyTask } from "./toy-task.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-states-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function run(folder: string, change: Partial<ExperimentSettings> = {}, task: Task<TokenMatrix> = toyTask) {
  const store = await FolderStore.open(join(root, folder));
  const levels: LevelResult[] = [];
  const steps: string[] = [];
  const onProgress = ({ arm, step }: { arm: string; step: number }) => steps.push(`${arm} ${step}`);
  for await (const level of runExperiment(task, { ...toySettings, ...change }, { store, clock: () => 0, onProgress })) {
    levels.push(level);
  }
  return { levels, steps, of: (arm: string) => levels.find((level) => level.arm === arm)! };
}

const weights = (folder: string, node: string, file = "weights.safetensors") =>
  decodeCheckpoint(readFileSync(join(root, folder, "nodes", node, file))).weights;

describe("late rewinding to epoch 2 of 4", () => {
  test("makes half of the steps, and counts them from the beginning of dense training", async () => {
    const { of, steps } = await run("rewound");
    const { firstStep, steps: lastStep, curve, earlyStopStep } = of("late-rewinding");
    expect([firstStep, lastStep]).toEqual([16, 32]);
    expect(steps.filter((step) => step.startsWith("late-rewinding"))).toEqual(
      Array.from({ length: 16 }, (_, i) => `late-rewinding ${17 + i}`),
    );
    expect(curve.map(({ step }) => step)).toEqual([20, 24, 28, 32]);
    expect(earlyStopStep).toBeGreaterThan(16);
    expect(of("dense").curve.map(({ step }) => step)).toEqual([4, 8, 12, 16, 20, 24, 28, 32]);
  });

  test("on the batches and the dropout of those steps, with a new optimiser: to the bits of a training that is begun there", async () => {
    const { of } = await run("by hand", { cutAt: "end", rounds: 2, arms: ["late-rewinding"] });
    const { node } = of("late-rewinding");
    const start = weights("by hand", node!, "ticket.safetensors");
    const model = withParameters(toyTask.model(stream(0)), start);
    const optimiser = new Adam(trainable(start.values()), { learningRate: toySettings.learningRate });
    const { train: batches } = toyTask.batches(1);
    const options = { batches, epochs: 4, optimiser, seed: 1, start: { epoch: 3, batch: 0, step: 16 } };
    for await (const _ of train(model, options));
    // The second round was cut at the end of the first, which is a node of its own.
    const ends = readdirSync(join(root, "by hand", "nodes")).filter((name) => {
      const { op, params, inputs } = JSON.parse(
        readFileSync(join(root, "by hand", "nodes", name, "config.json"), "utf8"),
      );
      return op === "at" && params.state === "end" && inputs.trained === node;
    });
    expect(ends.length).toBe(1);
    const kept = await snapshot(weights("by hand", ends[0]!));
    expect(await snapshot(parametersOf(model))).toEqual(kept);
  });

  test("goes back to weights that were written when they came by, or are made again to the same bytes", async () => {
    const first = (await run("in passing")).of("late-rewinding");
    await run("made again", { arms: ["winning-ticket"] });
    const { steps, of } = await run("made again");
    // Nothing of the dense network is trained again but the steps to there.
    expect(steps.filter((step) => step.startsWith("dense"))).toEqual(
      Array.from({ length: 16 }, (_, i) => `dense ${i + 1}`),
    );
    expect(of("late-rewinding").rewoundTo).toBe(first.rewoundTo);
    for (const file of ["config.json", "lineage.json", "weights.safetensors"]) {
      const [a, b] = ["in passing", "made again"].map((folder) =>
        readFileSync(join(root, folder, "nodes", first.rewoundTo!, file)),
      );
      expect(a).toEqual(b);
    }
    expect(of("late-rewinding").node).toBe(first.node);
  });

  test("with another moment trains no other network again", async () => {
    await run("moved");
    const { steps } = await run("moved", { rewindTo: { step: 10 } });
    expect(new Set(steps.map((step) => step.split(" ")[0]))).toEqual(new Set(["dense", "late-rewinding"]));
    expect(steps.filter((step) => step.startsWith("dense")).length).toBe(10);
    expect(steps.at(-1)).toBe("late-rewinding 32");
  });

  test("beyond where early stopping ended the dense network goes on from there all the same", async () => {
    const patient = {
      epochs: 40,
      patience: 1,
      learningRate: 0.1,
      arms: ["late-rewinding"],
      rewindTo: { epoch: 39 },
    } as const;
    const { of } = await run("beyond", patient);
    expect(of("dense").steps).toBeLessThan(39 * 8);
    expect(of("late-rewinding").firstStep).toBe(39 * 8);
    expect(of("late-rewinding").steps).toBeGreaterThan(39 * 8);
  });
});

test("rewinding to the last step leaves nothing to train: the cut network is measured as it is", async () => {
  const { of } = await run("last", { rewindTo: { epoch: 4 } });
  const late = of("late-rewinding");
  expect([late.firstStep, late.steps, late.censored, late.trainLoss]).toEqual([32, 32, true, null]);
  expect(late.curve.map(({ step }) => step)).toEqual([32]);
  const trained = weights("last", late.node!).get("embedding.weight") as Sparse;
  const end = dense(weights("last", late.rewoundTo!).get("embedding.weight")!).data;
  expect([...trained.values.data]).toEqual([...trained.positions].map((at) => end[at]));
});

test("a network that was best at its last step is censored; one that stopped early is not", async () => {
  const { levels } = await run("censored");
  for (const { censored, earlyStopStep, steps } of levels) expect(censored).toBe(earlyStopStep === steps);
  const { of } = await run("stopped", { epochs: 40, patience: 2, arms: ["winning-ticket"], rounds: 0 });
  expect(of("dense").censored).toBe(false);
});

test("during training a part of the validation examples is looked at, at the end all; logits of all are kept", async () => {
  let [monitored, validated, tested] = [0, 0, 0];
  const task: Task<TokenMatrix> = {
    ...toyTask,
    batches: (seed) => {
      const all = toyTask.batches(seed);
      return {
        ...all,
        *monitor() {
          monitored++;
          yield [...all.validation()][0]!;
        },
        *validation() {
          validated++;
          yield* all.validation();
        },
        *test() {
          tested++;
          yield* all.test();
        },
      };
    },
  };
  const { levels } = await run("monitored", { rounds: 0, arms: ["winning-ticket"] }, task);
  expect([monitored, validated, tested]).toEqual([8, 1, 1]);
  const [{ node, testScores, testAccuracy, validationAccuracy, curve } = levels[0]!] = levels;
  const file = readFileSync(join(root, "monitored", "nodes", node!, "predictions.safetensors"));
  const header = JSON.parse(file.subarray(8, 8 + Number(file.readBigUInt64LE(0))).toString());
  for (const part of ["validation", "test"]) {
    expect(header[`${part}/logits`].shape).toEqual([64, 1]);
    expect(header[`${part}/targets`]).toMatchObject({ dtype: "I32", shape: [64] });
  }
  expect(testScores!.reduce((sum, score) => sum + score, 0) / 64).toBe(testAccuracy);
  expect(Number.isInteger(validationAccuracy * 64)).toBe(true);
  for (const point of curve) expect(Number.isInteger(point.validationAccuracy * 16)).toBe(true);
});

test("a network that says the same of everything has collapsed, and so has one that is no better than chance", async () => {
  const { levels } = await run("collapsed", { rounds: 6, rate: 0.9, arms: ["winning-ticket"] });
  expect(levels[0]!.collapsed).toBeNull();
  expect(levels.at(-1)!.collapsed).toBe("layer");
  const chance = await run("chance", { rounds: 0, arms: ["winning-ticket"] }, { ...toyTask, chance: 0.99 });
  expect(chance.of("dense").collapsed).toBe("chance");
});

test("training counts in steps where it is told so: validated every few, to the last one, wherever epochs end", async () => {
  const { epochs: _, evaluationsPerEpoch: __, ...others } = toySettings;
  const inSteps = { ...others, arms: ["winning-ticket"], steps: 21, evaluateEvery: 5 } as const;
  const store = await FolderStore.open(join(root, "in steps"));
  const levels: LevelResult[] = [];
  for await (const level of runExperiment(toyTask, { ...inSteps, rewindTo: { step: 21 } }, { store, clock: () => 0 }))
    levels.push(level);
  for (const { curve, steps } of levels) {
    expect(curve.map(({ step }) => step)).toEqual([5, 10, 15, 20, 21]);
    expect(steps).toBe(21);
  }
  // The same steps as of a training that counts in epochs.
  const { of } = await run("in epochs", { rounds: 0, arms: ["winning-ticket"], evaluationsPerEpoch: 8 });
  const at = (step: number) => of("dense").curve.find((point) => point.step === step)!.validationLoss;
  expect(levels[0]!.curve.map(({ validationLoss }) => validationLoss)).toEqual([5, 10, 15, 20, 21].map(at));
});

test("weights that a network ends with are kept for the cut that asks for them, and measured where they are asked for", async () => {
  const ending = { cutAt: "end", evaluateEnd: true, arms: ["winning-ticket"], rounds: 2, learningRate: 0.3 } as const;
  const { levels, steps } = await run("ending", ending);
  expect(steps.length).toBe(3 * 32); // nothing is trained again for its end
  const { of } = await run("not measured", { ...ending, evaluateEnd: false });
  expect(of("dense").end).toBeUndefined();
  for (const { end, node, earlyStopStep, steps: last, testLoss, testAccuracy } of levels) {
    if (earlyStopStep === last) expect(end).toMatchObject({ testLoss, testAccuracy });
    const ends = readdirSync(join(root, "ending", "nodes")).filter((name) =>
      readFileSync(join(root, "ending", "nodes", name, "config.json"), "utf8").includes(`"trained": "${node}"`),
    );
    expect(ends.length).toBe(node === levels.at(-1)!.node ? 0 : 1);
  }
  expect(levels.some(({ end, testLoss }) => end!.testLoss !== testLoss)).toBe(true);
});
