import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dense, Sparse, stream } from "@ltt/core";
import { decodeCheckpoint, parametersOf } from "@ltt/layers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  ARMS,
  type Arm,
  type ExperimentSettings,
  type FAULTS,
  type LevelResult,
  NodeStore,
  networkCount,
  type Progress,
  runExperiment,
} from "../src/index.ts";
import { toyTask } from "./toy-task.ts";

const settings: ExperimentSettings = {
  arms: ARMS,
  seeds: [1, 2],
  rounds: 2,
  rate: 0.5,
  epochs: 4,
  learningRate: 0.02,
  patience: null,
  evaluationsPerEpoch: 2,
  rewindTo: { epoch: 1 },
  faults: [],
};

let root: string;
let levels: LevelResult[];
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "ltt-experiment-"));
  levels = await collect("first", settings);
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

async function collect(
  folder: string,
  chosen: ExperimentSettings,
  onProgress?: (progress: Progress) => void,
  signal?: AbortSignal,
): Promise<LevelResult[]> {
  const store = await NodeStore.open(join(root, folder));
  const found: LevelResult[] = [];
  for await (const level of runExperiment(toyTask, chosen, { store, clock: () => 0, onProgress, signal }))
    found.push(level);
  return found;
}

/** Every file of a run but the receipts, which hold the time it took, by path. */
function contents(folder: string): Map<string, string> {
  const base = join(root, folder, "nodes");
  return new Map(
    readdirSync(base).flatMap((node) =>
      readdirSync(join(base, node))
        .filter((file) => file !== "receipt.json")
        .map((file) => [
          `${node}/${file}`,
          createHash("sha256")
            .update(readFileSync(join(base, node, file)))
            .digest("hex"),
        ]),
    ),
  );
}

/** The nodes of a run by arm, seed and round, with a reader of their checkpoints. */
function nodes(folder: string) {
  const base = join(root, folder, "nodes");
  const found = new Map(
    readdirSync(base).map((name) => {
      const { arm, seed, round } = JSON.parse(readFileSync(join(base, name, "config.json"), "utf8"));
      return [`${arm} ${seed} ${round}`, join(base, name)];
    }),
  );
  return (arm: Arm | "dense", seed: number, round: number, file: string) =>
    decodeCheckpoint(readFileSync(join(found.get(`${arm} ${seed} ${round}`)!, file))).weights;
}

describe("an experiment", () => {
  test("trains every network once: for each seed the dense one and every arm's rounds", () => {
    expect(levels.length).toBe(networkCount(settings));
    expect(levels.slice(0, 4).map(({ arm, seed, round }) => [arm, seed, round])).toEqual([
      ["dense", 1, 0],
      ["winning-ticket", 1, 1],
      ["random-reinit", 1, 1],
      ["late-rewinding", 1, 1],
    ]);
    for (const { round, tensors, sparsity } of levels) {
      for (const { size, kept } of tensors) {
        let left = size;
        for (let i = 0; i < round; i++) left -= Math.round(0.5 * left);
        expect(kept).toBe(left);
      }
      expect(sparsity).toBeCloseTo(1 - 0.5 ** round, 1);
    }
  });

  test("learns: the loss falls, accuracy is well over chance, dense and at 75 %", () => {
    for (const { curve, testAccuracy, earlyStopStep, steps } of levels) {
      expect(curve.length).toBe(8);
      expect(curve.at(-1)!.trainLoss).toBeLessThan(curve[0]!.trainLoss);
      expect(testAccuracy).toBeGreaterThan(0.65);
      expect(steps).toBe(32);
      expect(curve.find(({ step }) => step === earlyStopStep)!.validationLoss).toBe(
        Math.min(...curve.map(({ validationLoss }) => validationLoss)),
      );
    }
  });

  test("starts a winning ticket from the initial weights, bit for bit, at the trained weights' largest magnitudes", () => {
    const node = nodes("first");
    for (const seed of settings.seeds) {
      const initial = parametersOf(toyTask.createModel(stream(seed, "init")));
      const trained = node("dense", seed, 0, "weights.safetensors");
      for (const [name, weight] of node("winning-ticket", seed, 1, "ticket.safetensors")) {
        const { positions, values } = weight as Sparse;
        const start = dense(initial.get(name)!).data;
        expect([...values.data]).toEqual([...positions].map((at) => start[at]));
        const magnitudes = dense(trained.get(name)!).data.map(Math.abs);
        const worstKept = Math.min(...[...positions].map((at) => magnitudes[at]!));
        const gone = magnitudes.filter((_, at) => !positions.includes(at));
        expect(Math.max(...gone)).toBeLessThanOrEqual(worstKept);
      }
    }
  });

  test("nests each arm's patterns, and never revives a weight", () => {
    const node = nodes("first");
    for (const arm of ARMS) {
      const [first, second] = [1, 2].map((round) => node(arm, 1, round, "weights.safetensors"));
      for (const [name, weight] of second!) {
        expect(weight).toBeInstanceOf(Sparse);
        const before = new Set((first!.get(name) as Sparse).positions);
        expect((weight as Sparse).positions.every((at) => before.has(at))).toBe(true);
      }
    }
  });

  test("gives the control the ticket's pattern and fresh values in every tensor, the embedding too", () => {
    const node = nodes("first");
    const [ticket, control] = (["winning-ticket", "random-reinit"] as const).map((arm) =>
      node(arm, 1, 2, "ticket.safetensors"),
    );
    for (const [name, weight] of control!) {
      const [mine, theirs] = [weight as Sparse, ticket!.get(name) as Sparse];
      expect(mine.positions).toEqual(theirs.positions);
      if (!name.endsWith("bias")) expect(mine.values.data).not.toEqual(theirs.values.data);
    }
    const fresh = parametersOf(toyTask.createModel(stream(1, "reinit", 2))).get("embedding.weight")!;
    const { positions, values } = control!.get("embedding.weight") as Sparse;
    expect([...values.data]).toEqual([...positions].map((at) => dense(fresh).data[at]));
  });

  test("rewinds late rewinding to the weights after epoch 1: neither the first nor the last", () => {
    const node = nodes("first");
    const [initial, trained] = ["initial.safetensors", "weights.safetensors"].map((file) => node("dense", 1, 0, file));
    const name = "embedding.weight";
    const { positions, values } = node("late-rewinding", 1, 1, "ticket.safetensors").get(name) as Sparse;
    for (const other of [initial, trained]) {
      const whole = dense(other!.get(name)!).data;
      expect([...values.data]).not.toEqual([...positions].map((at) => whole[at]));
    }
  });

  test("gives the same bytes again in another folder", async () => {
    await collect("second", settings);
    expect(contents("second")).toEqual(contents("first"));
  });

  test("that is killed goes on to the same bytes, and trains nothing twice", async () => {
    const stop = new AbortController();
    const interrupted = collect(
      "killed",
      settings,
      ({ networks, step }) => {
        if (networks === 5 && step === 7) stop.abort(new Error("killed"));
      },
      stop.signal,
    );
    await expect(interrupted).rejects.toThrow("killed");
    expect(readdirSync(join(root, "killed", "nodes")).length).toBe(5);

    const trained = new Set<number>();
    const resumed = await collect("killed", settings, ({ networks }) => trained.add(networks));
    expect(Math.min(...trained)).toBe(5);
    expect(resumed).toEqual(levels);
    expect(contents("killed")).toEqual(contents("first"));
  });

  test("that is extended trains only what is new", async () => {
    cpSync(join(root, "first"), join(root, "longer"), { recursive: true });
    const trained = new Set<number>();
    const longer = await collect("longer", { ...settings, rounds: 3 }, ({ arm, round }) => {
      if (arm !== "dense") trained.add(round);
    });
    expect([...trained]).toEqual([3]);
    expect(longer.filter(({ round }) => round < 3)).toEqual(levels);
  });

  test("trains the winning ticket for the control's patterns, even if only the control is asked for", async () => {
    const arms = await collect("control", { ...settings, seeds: [1], arms: ["random-reinit"] });
    expect(new Set(arms.map(({ arm }) => arm))).toEqual(new Set(["dense", "winning-ticket", "random-reinit"]));
  });

  test("stops early once patience has run out, and keeps the best weights", async () => {
    const [level] = await collect("patience", { ...settings, seeds: [1], rounds: 0, epochs: 40, patience: 2 });
    expect(level!.steps).toBeLessThan(40 * 8);
    expect(level!.curve.at(-1)!.step).toBe(level!.steps);
    expect(level!.curve.findIndex(({ step }) => step === level!.earlyStopStep)).toBe(level!.curve.length - 3);
  });
});

describe("the faults of the published experiment, each by name", () => {
  const faulty = (fault: (typeof FAULTS)[number]) => ({ ...settings, seeds: [1], faults: [fault] });

  test("reinit-keeps-trained-embedding starts from what the arm trained before", async () => {
    await collect("kept", faulty("reinit-keeps-trained-embedding"));
    const node = nodes("kept");
    const before = dense(node("random-reinit", 1, 1, "weights.safetensors").get("embedding.weight")!).data;
    const { positions, values } = node("random-reinit", 1, 2, "ticket.safetensors").get("embedding.weight") as Sparse;
    expect([...values.data]).toEqual([...positions].map((at) => before[at]));
  });

  test("reinit-own-patterns prunes the control by its own weights", async () => {
    await collect("own", faulty("reinit-own-patterns"));
    const node = nodes("own");
    const [ticket, control] = (["winning-ticket", "random-reinit"] as const).map(
      (arm) => (node(arm, 1, 2, "ticket.safetensors").get("embedding.weight") as Sparse).positions,
    );
    expect(control).not.toEqual(ticket);
  });

  test("rewinds-to-trained-weights starts late rewinding from the end of dense training", async () => {
    await collect("trained", faulty("rewinds-to-trained-weights"));
    const node = nodes("trained");
    const trained = dense(node("dense", 1, 0, "weights.safetensors").get("embedding.weight")!).data;
    const { positions, values } = node("late-rewinding", 1, 1, "ticket.safetensors").get("embedding.weight") as Sparse;
    expect([...values.data]).toEqual([...positions].map((at) => trained[at]));
  });

  test("patience-never-resets stops sooner", async () => {
    const patient = { ...settings, seeds: [1], rounds: 0, epochs: 40, patience: 3 };
    const [good] = await collect("resets", patient);
    const [bad] = await collect("never", { ...patient, faults: ["patience-never-resets"] });
    const misses = (level: LevelResult) => {
      let [best, count] = [Infinity, 0];
      for (const { validationLoss } of level.curve) {
        if (validationLoss < best) best = validationLoss;
        else count++;
      }
      return count;
    };
    expect(misses(bad!)).toBe(3);
    expect(bad!.steps).toBeLessThanOrEqual(good!.steps);
  });
});

describe("what cannot be run is refused before anything is trained", () => {
  test.each([
    [{ rounds: -1 }, "rounds is -1; it is an integer from 0"],
    [{ rate: 1 }, "rate is 1; it is a fraction between 0 and 1"],
    [{ seeds: [] }, "seeds are missing; give at least one, each once"],
    [{ seeds: [1, 1] }, "seeds are 1, 1; give at least one, each once"],
    [{ arms: [] }, "there are no arms to run"],
    [{ rewindTo: { epoch: 5 } }, "rewind to epoch 5: training has epochs 1–4, steps 1–32"],
    [{ rewindTo: { step: 0 } }, "rewind to step 0: training has epochs 1–4, steps 1–32"],
  ] as const)("%j", async (change, message) => {
    await expect(collect("refused", { ...settings, ...change })).rejects.toThrow(message);
    expect(readdirSync(join(root, "refused", "nodes"))).toEqual([]);
  });
});
