import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeSafetensors, dense, Sparse, stream, type TokenMatrix, type tensor, tokens } from "@ltt/core";
import { type Batch, decodeCheckpoint, parametersOf } from "@ltt/layers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Arm,
  type ExperimentSettings,
  type FAULTS,
  FolderStore,
  type LevelResult,
  networkCount,
  type Progress,
  runExperiment,
  STANDARD_ARMS,
  type Task,
} from "../src/index.ts";
import { accuracyOfBatchMeans } from "../src/published-2020/accuracy-of-batch-means.ts";
import { frozenTask, lstmTask, pretrainedTask, toyTask } from "./toy-task.ts";

const settings: ExperimentSettings = {
  arms: STANDARD_ARMS,
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
/** The results of the last run in each folder. */
const collected = new Map<string, LevelResult[]>();
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
  task: Task<TokenMatrix> = toyTask,
): Promise<LevelResult[]> {
  const store = await FolderStore.open(join(root, folder));
  const found: LevelResult[] = [];
  collected.set(folder, found);
  for await (const level of runExperiment(task, chosen, { store, clock: () => 0, onProgress, signal }))
    found.push(level);
  return found;
}

/** Batches, of the last only its first example. */
function* firstOfLast(batches: Iterable<Batch<TokenMatrix>>): Generator<Batch<TokenMatrix>> {
  const all = [...batches];
  yield* all.slice(0, -1);
  const { input, lengths, targets } = all.at(-1)!;
  const time = input.shape[1];
  yield {
    input: tokens(input.data.slice(0, time), [1, time]),
    lengths: tokens(lengths!.data.slice(0, 1), [1]),
    targets: tokens(targets.data.slice(0, 1), [1]),
  };
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
    collected.get(folder)!.map(({ arm, seed, round, node }) => [`${arm} ${seed} ${round}`, join(base, node!)]),
  );
  return (arm: string, seed: number, round: number, file: string) =>
    decodeCheckpoint(readFileSync(join(found.get(`${arm} ${seed} ${round}`)!, file))).weights;
}

describe("an experiment", () => {
  test("trains every network once: for each seed the dense one and every arm's rounds", () => {
    expect(levels.length).toBe(networkCount(settings));
    expect(levels.slice(0, 4).map(({ arm, seed, round }) => [arm, seed, round])).toEqual([
      ["dense", 1, 0],
      ["winning-ticket", 1, 1],
      ["random-reinit", 1, 1],
      ["shuffled-init", 1, 1],
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
    for (const { arm, curve, testAccuracy, earlyStopStep, steps, firstStep } of levels) {
      expect(curve.length).toBe(arm === "late-rewinding" ? 6 : 8);
      expect(firstStep).toBe(arm === "late-rewinding" ? 8 : 0);
      expect(curve.at(-1)!.trainLoss).toBeLessThan(curve[0]!.trainLoss!);
      // controls are drawn by the names of their nodes, which change with an operation's version: not every draw learns in 32 steps
      if (arm !== "random-reinit" && arm !== "shuffled-init") expect(testAccuracy).toBeGreaterThan(0.65);
      expect(steps).toBe(32);
      expect(curve.find(({ step }) => step === earlyStopStep)!.validationLoss).toBe(
        Math.min(...curve.map(({ validationLoss }) => validationLoss)),
      );
    }
  });

  test("starts a winning ticket from the initial weights, bit for bit, at the trained weights' largest magnitudes", () => {
    const node = nodes("first");
    for (const seed of settings.seeds) {
      const initial = parametersOf(toyTask.model(stream(seed, "init")));
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
    for (const arm of STANDARD_ARMS) {
      const [first, second] = [1, 2].map((round) => node(arm, 1, round, "weights.safetensors"));
      for (const [name, weight] of second!) {
        expect(weight).toBeInstanceOf(Sparse);
        const before = new Set((first!.get(name) as Sparse).positions);
        expect((weight as Sparse).positions.every((at) => before.has(at))).toBe(true);
      }
    }
  });

  test("tells the words of the embedding that have nothing left, as the network's file has them", () => {
    const node = nodes("first");
    for (const { arm, seed, round, tensors } of levels) {
      const { shape, parts } = tensors.find(({ name }) => name === "embedding.weight")!;
      expect(shape).toEqual([30, 8]);
      if (round === 0) {
        expect(parts).toEqual([]);
        continue;
      }
      const { positions } = node(arm, seed, round, "weights.safetensors").get("embedding.weight") as Sparse;
      const words = new Set(positions.map((at) => Math.floor(at / 8)));
      expect(parts[0]).toEqual({ part: "words", empty: 30 - words.size, of: 30 });
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
    const { node: hash } = levels.find(({ arm, round }) => arm === "random-reinit" && round === 2)!;
    const { inputs } = JSON.parse(readFileSync(join(root, "first", "nodes", hash!, "config.json"), "utf8"));
    const fresh = parametersOf(toyTask.model(stream(1, "reinit", inputs.start))).get("embedding.weight")!;
    const { positions, values } = control!.get("embedding.weight") as Sparse;
    expect([...values.data]).toEqual([...positions].map((at) => dense(fresh).data[at]));
  });

  test("gives the other control the ticket's pattern and initial weights, shuffled within each tensor", () => {
    const node = nodes("first");
    const [ticket, control] = (["winning-ticket", "shuffled-init"] as const).map((arm) =>
      node(arm, 1, 2, "ticket.safetensors"),
    );
    for (const [name, weight] of control!) {
      const [mine, theirs] = [weight as Sparse, ticket!.get(name) as Sparse];
      expect(mine.positions).toEqual(theirs.positions);
      expect(mine.values.data.toSorted()).toEqual(theirs.values.data.toSorted());
      if (!name.endsWith("bias")) expect(mine.values.data).not.toEqual(theirs.values.data);
    }
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
    expect(readdirSync(join(root, "killed", "nodes")).length).toBe(5 + 1); // and the weights to rewind to

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
  test("accuracy-of-batch-means counts a smaller last batch as much as the others", () => {
    expect(accuracyOfBatchMeans(Float32Array.of(1, 1, 0, 0, 0), [4, 1])).toBe(0.25);
    expect(accuracyOfBatchMeans(Float32Array.of(1, 1, 0, 0, 1), [4, 1])).toBe(0.75);
  });

  test("accuracy-of-batch-means changes what is measured, not what is trained", async () => {
    const uneven: Task<TokenMatrix> = {
      ...toyTask,
      data: "uneven",
      batches: (seed) => {
        const even = toyTask.batches(seed);
        return { ...even, test: () => firstOfLast(even.test()) };
      },
    };
    const once = { ...settings, seeds: [1], rounds: 0, epochs: 1, learningRate: 0.005 };
    const [right] = await collect("examples", once, undefined, undefined, uneven);
    const [wrong] = await collect(
      "batches",
      { ...once, faults: ["accuracy-of-batch-means"] },
      undefined,
      undefined,
      uneven,
    );
    expect(wrong!.curve.map(({ trainLoss }) => trainLoss)).toEqual(right!.curve.map(({ trainLoss }) => trainLoss));
    expect(wrong!.testScores).toEqual(right!.testScores);
    expect(wrong!.testAccuracy).toBe(accuracyOfBatchMeans(right!.testScores!, [16, 16, 16, 1]));
    expect(wrong!.testAccuracy).not.toBe(right!.testAccuracy);
  });

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

test("an arm from outside may go on from what a sparse network trained, and rest on networks that are no level", async () => {
  const continued: Arm = function* (graph, _seed, { rounds }) {
    let ticket = graph.train(graph.rewind(graph.cut(graph.dense), graph.init));
    for (let round = 1; round <= rounds; round++) {
      const network = graph.train(graph.rewind(graph.cut(ticket), graph.at(ticket, "best")));
      yield { round, network, expect: graph.expectCut(ticket) };
      ticket = network;
    }
  };
  const arms = [{ name: "trained-on", levels: continued }];
  const heard = new Set<string>();
  const found = await collect("trained-on", { ...settings, seeds: [1], arms }, ({ arm, round }) =>
    heard.add(`${arm} ${round}`),
  );
  expect(found.map(({ arm, round }) => `${arm} ${round}`)).toEqual(["dense 0", "trained-on 1", "trained-on 2"]);
  expect([...heard]).toEqual(["dense 0", "trained-on 1", "trained-on 2"]);
  const node = nodes("trained-on");
  const name = "embedding.weight";
  const [before, start] = (
    [
      [1, "weights.safetensors"],
      [2, "ticket.safetensors"],
    ] as const
  ).map(([round, file]) => node("trained-on", 1, round, file).get(name) as Sparse);
  const trained = new Map([...before!.positions].map((at, i) => [at, before!.values.data[i]]));
  expect([...start!.values.data]).toEqual([...start!.positions].map((at) => trained.get(at)));
});

describe("an embedding that is given", () => {
  const once = { ...settings, seeds: [1], rounds: 2 };
  const given = () => [...dense(parametersOf(frozenTask.model(stream(1))).get("embedding.weight")!).data];

  test("and frozen is whole in every network, and counted in no sparsity", async () => {
    const found = await collect("frozen", once, undefined, undefined, frozenTask);
    const node = nodes("frozen");
    for (const { arm, round, tensors, sparsity, groups } of found) {
      expect(tensors.filter(({ frozen }) => frozen === true)).toEqual([
        { name: "embedding.weight", group: "embedding", shape: [30, 8], size: 240, kept: 240, parts: [], frozen: true },
      ]);
      expect(groups).toEqual({ embedding: 0, other: sparsity });
      expect(sparsity).toBeCloseTo(1 - 0.5 ** round, 1);
      const start = round === 0 ? "initial.safetensors" : "ticket.safetensors";
      for (const file of [start, "weights.safetensors"]) {
        const weight = node(arm, 1, round, file).get("embedding.weight")!;
        expect([...dense(weight).data]).toEqual(given());
        expect(weight).not.toBeInstanceOf(Sparse);
      }
    }
    const again = await collect("frozen", once, () => expect.unreachable("all is finished"), undefined, frozenTask);
    expect(again).toEqual(found);
  });

  test("and trained is what tickets start from, and the control draws another", async () => {
    await collect("pretrained", once, undefined, undefined, pretrainedTask);
    const node = nodes("pretrained");
    const [ticket, control] = (["winning-ticket", "random-reinit"] as const).map(
      (arm) => node(arm, 1, 2, "ticket.safetensors").get("embedding.weight") as Sparse,
    );
    const vectors = given();
    expect([...ticket!.values.data]).toEqual([...ticket!.positions].map((at) => vectors[at]));
    expect(control!.positions).toEqual(ticket!.positions);
    const kept = [...control!.positions].filter(
      (at, i) => vectors[at] !== 0 && vectors[at] === control!.values.data[i],
    );
    expect(kept).toEqual([]);
  });
});

test("an LSTM's lottery runs and resumes as a CNN's does", async () => {
  const small = { ...settings, seeds: [1], rounds: 1, epochs: 2 };
  const found = await collect("lstm", small, undefined, undefined, lstmTask);
  expect(found.length).toBe(5);
  expect(found[1]!.tensors.map(({ name }) => name)).toContain("lstm.weight_hh_l1_reverse");
  for (const { tensors } of found.slice(1)) {
    for (const { size, kept } of tensors) expect(kept).toBe(size - Math.round(0.5 * size));
  }
  expect(await collect("lstm", small, undefined, undefined, lstmTask)).toEqual(found);
});

describe("gradients that are clipped", () => {
  test("give other networks, in other nodes; and none that are not clipped are trained again", async () => {
    const once = { ...settings, seeds: [1], rounds: 0 };
    cpSync(join(root, "first"), join(root, "clipped"), { recursive: true });
    const before = readdirSync(join(root, "clipped", "nodes"));
    const [plain] = await collect("clipped", once);
    const [clipped] = await collect("clipped", { ...once, clipNorm: 0.01 });
    expect(plain!.node).toBe(levels[0]!.node);
    expect(clipped!.trainLoss).not.toBe(plain!.trainLoss);
    const added = readdirSync(join(root, "clipped", "nodes")).filter((name) => !before.includes(name));
    expect(added).toEqual([clipped!.node]);
    expect(
      JSON.parse(readFileSync(join(root, "clipped", "nodes", added[0]!, "config.json"), "utf8")).params.clipNorm,
    ).toBe(0.01);
  });
});

describe("training that goes where numbers end", () => {
  /** Batches of the toy task, and from a step of the second epoch on weights that are spoilt before it. */
  const spoilt = (value: number): Task<TokenMatrix> => {
    let model: ReturnType<Task<TokenMatrix>["model"]>;
    const batches: Task<TokenMatrix>["batches"] = (seed) => {
      const good = toyTask.batches(seed);
      return {
        ...good,
        train: function* (epoch) {
          let batch = 0;
          for (const each of good.train(epoch)) {
            if (epoch === 2 && ++batch === 4) {
              const bias = parametersOf(model).get("linear.bias")! as ReturnType<typeof tensor>;
              bias.write(Float32Array.of(value));
            }
            yield each;
          }
        },
      };
    };
    return { ...toyTask, model: (rng) => (model = toyTask.model(rng)), batches };
  };

  test("names network, step and weight, keeps the best weights, and leaves the folder to go on in", async () => {
    const once = { ...settings, seeds: [1], rounds: 0 };
    const failing = collect("failed", once, undefined, undefined, spoilt(Number.NaN));
    const folder = join(root, "failed", "failed");
    await expect(failing).rejects.toThrow(
      new RegExp(
        `^dense, seed 1, round 0: train: step 1[12] \\(epoch 2, batch [34]\\): the loss is NaN: "linear.bias" is not finite any more; .+; ` +
          `the last good weights, those after step 8, are in ${folder}/[0-9a-f]{16}; finished networks are kept, and the same settings fail at the same step again$`,
      ),
    );
    const [node] = readdirSync(folder);
    expect(readdirSync(join(folder, node!)).sort()).toEqual(["config.json", "weights.safetensors"]);
    const { tensors, metadata } = decodeSafetensors(readFileSync(join(folder, node!, "weights.safetensors")), "kept");
    expect(metadata.get("step")).toBe("8");
    expect(tensors.size).toBe(7);
    for (const entry of tensors.values()) expect(entry.dtype === "F32" && entry.data.every(Number.isFinite)).toBe(true);
    expect(readdirSync(join(root, "failed", "nodes"))).toEqual([]);
    expect((await collect("failed", once))[0]!.curve).toEqual(levels[0]!.curve);
  });

  test("calls weights good only if their loss was finite: those before the failing step may be finite and useless", async () => {
    const once = { ...settings, seeds: [1], rounds: 0 };
    const failing = collect("failed-late", once, undefined, undefined, spoilt(3e38));
    await expect(failing).rejects.toThrow(/the loss is Infinity.*those after step 8, are in/);
  });

  test("and is found by a validation names the step after which it was, the weight, and what to do", async () => {
    let model: ReturnType<typeof toyTask.model>;
    const task: Task<TokenMatrix> = {
      ...toyTask,
      model: (rng) => (model = toyTask.model(rng)),
      batches: (seed) => ({
        ...toyTask.batches(seed),
        *validation() {
          const bias = parametersOf(model).get("linear.bias")! as ReturnType<typeof tensor>;
          bias.write(Float32Array.of(3e38));
          yield* toyTask.batches(seed).validation();
        },
      }),
    };
    const failing = collect("failed-validation", { ...settings, seeds: [1], rounds: 0 }, undefined, undefined, task);
    await expect(failing).rejects.toThrow(
      /^dense, seed 1, round 0: after step 4: predict: batch 0: the loss is Infinity: every weight is finite, the largest, 3.0e\+38, in "linear.bias".*smaller learning rate.*; no validation found good weights before;/,
    );
    expect(readdirSync(join(root, "failed-validation"))).toEqual(["nodes"]);
  });
});

describe("what cannot be run is refused before anything is trained", () => {
  test.each([
    [{ rounds: -1 }, "rounds is -1; it is an integer from 0"],
    [{ rate: 1 }, "rate is 1; it is a fraction between 0 and 1"],
    [{ seeds: [] }, "seeds are missing; give at least one, each once"],
    [{ seeds: [1, 1] }, "seeds are 1, 1; give at least one, each once"],
    [{ arms: [] }, "there are no arms to run"],
    [{ rewindTo: { epoch: 5 } }, "rewind to epoch 5: training has epochs 1–4, steps 1–32; name an earlier moment"],
    [{ rewindTo: { step: 0 } }, "settings: rewindTo: step is 0; it is an integer from 1"],
  ] as const)("%j", async (change, message) => {
    await expect(collect("refused", { ...settings, ...change })).rejects.toThrow(message);
    expect(readdirSync(join(root, "refused", "nodes"))).toEqual([]);
  });
});
