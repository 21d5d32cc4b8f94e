import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  add,
  decodeSafetensors,
  dense,
  type SafetensorsEntry,
  type Sparse,
  stream,
  type Tensor,
  tensor,
  type Weight,
} from "@ltt/core";
import { decodeCheckpoint, predict, withParameters } from "@ltt/layers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  ARMS as ALL,
  type ArmName,
  auditRun,
  BUILT_IN_ARMS,
  type ExperimentSettings,
  experimentNodes,
  FolderStore,
  type LevelResult,
  planExperiment,
  runExperiment,
  type Task,
} from "../src/index.ts";
import { normedTask } from "./normed-task.ts";
import { toySettings, toyTask } from "./toy-task.ts";

/** Those of a network without batch normalisation. */
const ARMS = ALL.filter((arm) => BUILT_IN_ARMS[arm].needs === undefined);

const settings: ExperimentSettings = {
  ...toySettings,
  arms: ARMS,
  rounds: 2,
  epochs: 2,
  evaluationsPerEpoch: 1,
  rewindTo: { step: 6 },
};

let root: string;
let store: FolderStore;
const levels: LevelResult[] = [];
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "ltt-arms-"));
  store = await FolderStore.open(root);
  for await (const level of runExperiment(toyTask, settings, { store, clock: () => 0 })) levels.push(level);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("every arm has its rounds, and the audit passes on all", async () => {
  expect(levels.length).toBe(1 + 2 * ARMS.length - 1); // one arm has a single network
  const checks = await auditRun(store, planExperiment(toyTask, settings), { task: toyTask as Task });
  expect(checks.filter(({ passed }) => !passed)).toEqual([]);
});

test("every arm has its networks on a task with batch normalisation, whose running means and variances are stored with the weights", async () => {
  const normed = { ...settings, arms: ALL, rounds: 1 };
  const folder = mkdtempSync(join(tmpdir(), "ltt-normed-arms-"));
  try {
    const store = await FolderStore.open(folder);
    const found: LevelResult[] = [];
    for await (const level of runExperiment(normedTask, normed, { store, clock: () => 0 })) found.push(level);
    expect(new Set(found.map(({ arm }) => arm))).toEqual(new Set(["dense", ...ALL]));
    const checks = await auditRun(store, planExperiment(normedTask, normed), { task: normedTask as Task<unknown> });
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
    for (const { arm, node, testLoss, steps, firstStep } of found) {
      const { files } = (await store.read(node!))!;
      const { weights, buffers } = decodeCheckpoint(files.get("weights.safetensors")!);
      const rest = files.has("rest.safetensors")
        ? decodeSafetensors(files.get("rest.safetensors")!).tensors
        : new Map<string, SafetensorsEntry>();
      const filled = (name: string, weight: Weight) =>
        rest.has(name)
          ? add(dense(weight), tensor((rest.get(name) as SafetensorsEntry & { dtype: "F32" }).data, weight.shape))
          : weight;
      const whole = Array.from(weights, ([name, weight]) => [name, filled(name, weight)] as const);
      const model = withParameters(normedTask.model(stream(0)), new Map([...whole, ...buffers]));
      const { loss } = await predict(model, normedTask.batches(1).test());
      expect([arm, loss]).toEqual([arm, expect.closeTo(testLoss, 4)]);
      const isTrained = (buffers.get("norm1.running_mean") as Tensor).data.some((value) => value !== 0);
      expect([arm, isTrained]).toEqual([arm, steps > firstStep]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);

/** What a network starts from, by tensor: positions and values, or the whole. */
async function startOf(arm: ArmName | "dense", round: number) {
  const { node } = levels.find((one) => one.arm === arm && one.round === round)!;
  const { files } = (await store.read(node!))!;
  const file = round === 0 ? "initial.safetensors" : "ticket.safetensors";
  const { weights } = decodeCheckpoint(files.get(file)!, file);
  return new Map(
    Array.from(weights, ([name, weight]) => [
      name,
      "values" in weight
        ? { positions: weight.positions, values: weight.values.data }
        : { positions: Int32Array.from(weight.data.keys()), values: weight.data },
    ]),
  );
}

describe("the controls of masks", () => {
  test.each(["random-mask", "shuffled-mask"] as const)(
    "%s has as many weights of each tensor, elsewhere",
    async (arm) => {
      const [own, ticket] = [await startOf(arm, 2), await startOf("winning-ticket", 2)];
      for (const [name, { positions }] of ticket) expect(own.get(name)!.positions.length).toBe(positions.length);
      const { positions } = own.get("embedding.weight")!;
      expect(positions).toEqual(positions.toSorted());
      expect(positions).not.toEqual(ticket.get("embedding.weight")!.positions);
      // of 60 positions among 240, 15 are shared by chance, with a standard deviation of 2.9
      const theirs = new Set(ticket.get("embedding.weight")!.positions);
      expect(Math.abs(positions.filter((at) => theirs.has(at)).length - 15)).toBeLessThan(5 * 2.9);
    },
  );

  test("random-mask starts from the initial weights of its places", async () => {
    const [own, dense] = [await startOf("random-mask", 2), await startOf("dense", 0)];
    for (const [name, { positions, values }] of own) {
      expect(values).toEqual(Float32Array.from(positions, (at) => dense.get(name)!.values[at]!));
    }
  });

  test("shuffled-mask starts from the ticket's weights, in another order", async () => {
    const [own, ticket] = [await startOf("shuffled-mask", 2), await startOf("winning-ticket", 2)];
    for (const [name, { values }] of own) expect(values.toSorted()).toEqual(ticket.get(name)!.values.toSorted());
    expect(own.get("embedding.weight")!.values).not.toEqual(ticket.get("embedding.weight")!.values);
  });
});

describe("searches", () => {
  const nodeOf = (arm: ArmName | "dense", round: number) =>
    levels.find((one) => one.arm === arm && one.round === round)!.node;

  test("one-shot's first round is the winning ticket's, and its second removes as much at once", async () => {
    expect(nodeOf("one-shot", 1)).toBe(nodeOf("winning-ticket", 1));
    const [own, ticket] = [await startOf("one-shot", 2), await startOf("winning-ticket", 2)];
    const kept = (start: typeof own) => start.get("embedding.weight")!.positions.length;
    expect([kept(own), kept(ticket)]).toEqual([60, 60]);
    expect(nodeOf("one-shot", 2)).not.toBe(nodeOf("winning-ticket", 2));
  });

  test("continued has the masks of networks that were trained on, and starts from the initial weights", async () => {
    const [own, trainedOn, dense] = [
      await startOf("continued", 2),
      await startOf("learning-rate-rewinding", 2),
      await startOf("dense", 0),
    ];
    for (const [name, { positions, values }] of own) {
      expect(positions).toEqual(trainedOn.get(name)!.positions);
      expect(values).toEqual(Float32Array.from(positions, (at) => dense.get(name)!.values[at]!));
    }
  });

  test.each(["learning-rate-rewinding", "fine-tuning"] as const)(
    "%s starts from the weights that were cut",
    async (arm) => {
      const { files } = (await store.read(nodeOf(arm, 1)!))!;
      const before = decodeCheckpoint(files.get("weights.safetensors")!, "test").weights.get(
        "embedding.weight",
      ) as Sparse;
      const { positions, values } = (await startOf(arm, 2)).get("embedding.weight")!;
      const at = new Map(Array.from(before.positions, (position, i) => [position, before.values.data[i]!]));
      expect(values).toEqual(Float32Array.from(positions, (position) => at.get(position)!));
    },
  );

  test("fine-tuning has a tenth of the learning rate", async () => {
    const rateOf = async (arm: ArmName) => {
      const { files } = (await store.read(nodeOf(arm, 1)!))!;
      return JSON.parse(Buffer.from(files.get("config.json")!).toString()).params.learningRate;
    };
    expect([await rateOf("fine-tuning"), await rateOf("winning-ticket")]).toEqual([0.002, 0.02]);
  });

  test("early-mask keeps the largest weights of the step", async () => {
    const own = await startOf("early-mask", 2);
    const { network } = planExperiment(toyTask, settings).find(
      ({ arm, round }) => arm === "late-rewinding" && round === 1,
    )!;
    const lineage = JSON.parse(Buffer.from((await store.read(network))!.files.get("lineage.json")!).toString());
    const at = Object.keys(lineage).find((name) => lineage[name].params.state === 6)!;
    const file = (await store.read(at))!.files.get("weights.safetensors")!;
    const weight = decodeCheckpoint(file, "test").weights.get("embedding.weight") as Tensor;
    const sizes = weight.data.map(Math.abs);
    const { positions } = own.get("embedding.weight")!;
    const left = new Set(positions);
    const largestGone = Math.max(...sizes.filter((_, i) => !left.has(i)));
    expect(Math.min(...Array.from(positions, (place) => sizes[place]!))).toBeGreaterThanOrEqual(largestGone);
  });

  test("pruned-at-start keeps the largest initial weights", async () => {
    const [own, dense] = [await startOf("pruned-at-start", 2), await startOf("dense", 0)];
    for (const [name, { positions }] of own) {
      const sizes = dense.get(name)!.values.map(Math.abs);
      const left = new Set(positions);
      const gone = sizes.filter((_, i) => !left.has(i));
      expect(Math.min(...Array.from(positions, (at) => sizes[at]!))).toBeGreaterThanOrEqual(Math.max(...gone));
    }
  });
});

describe("what kept weights start from", () => {
  const pairs = async (arm: ArmName) => {
    const [own, ticket] = [await startOf(arm, 2), await startOf("winning-ticket", 2)];
    return Array.from(own, ([name, { positions, values }]) => {
      expect(positions).toEqual(ticket.get(name)!.positions);
      return { name, values, ticket: ticket.get(name)!.values };
    });
  };

  test.each(["fresh-signs", "shuffled-signs", "constant-signs"] as const)(
    "%s keeps signs, and no size",
    async (arm) => {
      for (const { values, ticket } of await pairs(arm)) {
        for (const [i, value] of values.entries())
          if (value !== 0) expect(Math.sign(value)).toBe(Math.sign(ticket[i]!));
        if (ticket.length > 5 && ticket.some((value) => value !== 0)) expect(values).not.toEqual(ticket);
      }
    },
  );

  test("shuffled-signs has the ticket's sizes", async () => {
    for (const { values, ticket } of await pairs("shuffled-signs"))
      expect(values.map(Math.abs).sort()).toEqual(ticket.map(Math.abs).sort());
  });

  test.each(["constant-signs", "constant"] as const)(
    "%s has one size in each tensor, that of its whole",
    async (arm) => {
      const dense = await startOf("dense", 0);
      for (const { name, values } of await pairs(arm)) {
        const whole = dense.get(name)!.values;
        const mean = whole.reduce((sum, value) => sum + value, 0) / whole.length;
        const deviation = Math.sqrt(whole.reduce((sum, value) => sum + (value - mean) ** 2, 0) / whole.length);
        for (const value of values) if (value !== 0) expect(Math.abs(value)).toBeCloseTo(deviation, 5);
      }
    },
  );

  test("nodes of constants say that gains are kept: those of before, which did not, have names of their own", () => {
    const constants = experimentNodes(toyTask, settings).filter(({ params }) => params.action === "constant");
    expect(constants.length).toBeGreaterThan(0);
    for (const { params } of constants) expect(params.gains).toBe("kept");
  });

  test("constant-learned has one size everywhere, which is no tensor's, and keeps signs", async () => {
    const sizes = new Set<number>();
    for (const { values, ticket } of await pairs("constant-learned"))
      for (const [i, value] of values.entries()) {
        expect(Math.sign(value)).toBe(Math.sign(ticket[i]!));
        if (value !== 0) sizes.add(Math.abs(value));
      }
    expect(sizes.size).toBe(1);
  });

  test("constant has signs of its own", async () => {
    const { values, ticket } = (await pairs("constant")).find(({ name }) => name === "embedding.weight")!;
    const same = values.filter((value, i) => Math.sign(value) === Math.sign(ticket[i]!)).length;
    // 60 signs, half of which agree by chance, with a standard deviation of 3.9
    expect(Math.abs(same - 30)).toBeLessThan(5 * 3.9);
  });
});

test.each(["supermask", "supermask-constant"] as const)("%s is measured as it starts", async (arm) => {
  const level = levels.find((one) => one.arm === arm && one.round === 1)!;
  expect([level.firstStep, level.steps, level.trainLoss]).toEqual([16, 16, null]);
  const { files } = (await store.read(level.node!))!;
  const trained = decodeCheckpoint(files.get("weights.safetensors")!, "test").weights;
  const [start, dense] = [await startOf(arm, 1), await startOf("dense", 0)];
  for (const [name, { positions, values }] of start) {
    expect((trained.get(name) as Sparse).values.data).toEqual(values);
    if (arm === "supermask") expect(values).toEqual(Float32Array.from(positions, (at) => dense.get(name)!.values[at]!));
  }
});

test("snip, grasp and synflow keep as many weights as was asked for; synflow leaves the embedding whole", async () => {
  const kept = async (arm: ArmName) => {
    const start = await startOf(arm, 2);
    const counts = new Map(Array.from(start, ([name, { positions }]) => [name, positions.length]));
    return { all: [...counts.values()].reduce((sum, count) => sum + count), table: counts.get("embedding.weight")! };
  };
  const dense = [...(await startOf("dense", 0)).values()].reduce((sum, { values }) => sum + values.length, 0);
  for (const arm of ["snip", "grasp", "smart-ratios"] as const)
    expect((await kept(arm)).all).toBe(dense - Math.round(0.75 * dense));
  expect(await kept("synflow")).toEqual({ all: dense - Math.round(0.75 * (dense - 240)), table: 240 });
  for (const arm of ["snip", "grasp", "synflow"] as const)
    expect(await kept(`${arm}-random-mask`)).toEqual(await kept(arm));
});
