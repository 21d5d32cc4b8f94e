import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsEntry,
  stream,
  type Tensor,
  type TokenMatrix,
} from "@ltt/core";
import {
  type Batch,
  compact,
  countParameters,
  decodeCheckpoint,
  type Model,
  multiplications,
  type UnitModel,
  withParameters,
} from "@ltt/layers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ArmName,
  auditRun,
  type ExperimentSettings,
  FolderStore,
  type LevelResult,
  planExperiment,
  runExperiment,
  type Task,
} from "../src/index.ts";
import { trainNetwork } from "../src/network.ts";
import type { Store } from "../src/store.ts";
import { normedTask } from "./normed-task.ts";
import { lstmTask, toySettings, toyTask } from "./toy-task.ts";

const settings: ExperimentSettings = {
  ...toySettings,
  arms: ["filters", "filters-reinit", "thinet", "thinet-reinit"],
  rounds: 2,
  epochs: 2,
  evaluationsPerEpoch: 1,
  rewindTo: { step: 6 },
};

let root: string;
let runs = 0;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-structured-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Files = Map<string, Uint8Array>;
/** Changes the files of a node, as code with a bug would write them. */
type Bug = (files: Files, name: string) => void;

async function run<Input>(task: Task<Input>, chosen: ExperimentSettings, bug?: Bug) {
  const store = await FolderStore.open(join(root, String(runs++)));
  const plan = planExperiment(task, chosen);
  const named = new Map(plan.map(({ arm, round, network }) => [network as string, `${arm} ${round}`]));
  const buggy: Store = Object.assign(Object.create(store) as Store, {
    read: (hash: string) => store.read(hash),
    putIfAbsent: (hash: string, files: Files, receipt: Parameters<Store["putIfAbsent"]>[2]) => {
      const written = new Map(files);
      bug?.(written, named.get(hash) ?? "");
      return store.putIfAbsent(hash, written, receipt);
    },
    checkpoints: store.checkpoints,
  });
  const levels: LevelResult[] = [];
  for await (const level of runExperiment(task, chosen, { store: buggy, clock: () => 0 })) levels.push(level);
  const audit = await auditRun(store, plan, { task: task as Task });
  const failed = new Map(audit.filter(({ passed }) => !passed).map(({ check, detail }) => [check, detail]));
  const filesOf = async (arm: ArmName | "dense", round: number) =>
    (await store.read(levels.find((one) => one.arm === arm && one.round === round)!.node!))!.files;
  const network = async (arm: ArmName | "dense", round: number) => {
    const { weights, buffers } = decodeCheckpoint((await filesOf(arm, round)).get("weights.safetensors")!, arm);
    return withParameters(task.model(stream(0)), new Map([...weights, ...buffers])) as Model<Input> & UnitModel;
  };
  return { levels, audit, failed, filesOf, network };
}

const TASKS = {
  "a CNN of texts": [toyTask, { conv: 8 }],
  "an LSTM of two layers and directions": [lstmTask, {}],
  "convolutions with batch normalisation": [normedTask, {}],
} as const;

describe.each(Object.entries(TASKS))("%s", (_, [task]) => {
  test("loses half of its units a round, passes the audit, and compact gives the same bits with a fraction of the work", async () => {
    const arms = (task as unknown) === normedTask ? [...settings.arms, "slimming", "slimming-reinit"] : settings.arms;
    const chosen = { ...settings, arms: arms as ExperimentSettings["arms"] };
    const { levels, failed, network, audit } = await run(task as Task<unknown>, chosen);
    expect(failed).toEqual(new Map());
    expect(levels.length).toBe(1 + 2 * arms.length);
    expect(audit.find(({ check }) => check === "Units were removed whole, exactly their share")!.detail).toBe(
      `${2 * arms.length} networks`,
    );
    const [batch] = task.batches(1).test() as Iterable<Batch<never>>;
    for (const arm of chosen.arms as ArmName[]) {
      const masked = await network(arm, 1);
      const { model, groups, folded } = await compact(masked);
      const units = groups.filter(({ kind }) => kind !== "dimensions");
      const [all, kept] = [
        units.reduce((sum, { count }) => sum + count, 0),
        units.reduce((sum, one) => sum + one.kept.length, 0),
      ];
      // of 5 hidden units round(2.5) = 3 go
      const left = (task as unknown) === lstmTask ? 8 : all / 2;
      expect([arm, kept]).toEqual([arm, left]);
      expect(folded).toBe(0);
      expect(countParameters(model)).toBe(countParameters(masked));
      const context = { lengths: batch!.lengths };
      const outputs = (one: typeof model) => one.forward(batch!.input as never, context).data;
      expect(outputs(model)).toEqual(outputs(masked));
      const macs = (one: typeof model) => multiplications(one as Model<never>, batch!.input as never, context);
      expect(macs(model)).toBe(macs(masked));
      expect(macs(model)).toBeLessThan(0.6 * macs(await network("dense", 0)));
    }
  }, 120_000);
});

test("filters starts from the initial weights, its control from fresh ones, thinet from the trained ones at a tenth of the rate", async () => {
  const { filesOf } = await run(toyTask, settings);
  const start = async (arm: ArmName) =>
    decodeCheckpoint((await filesOf(arm, 1)).get("ticket.safetensors")!, arm).weights.get(
      "convs.0.weight",
    ) as never as {
      positions: Int32Array;
      values: { data: Float32Array };
    };
  const whole = async (file: string) =>
    (decodeCheckpoint((await filesOf("dense", 0)).get(file)!, file).weights.get("convs.0.weight") as Tensor)
      .data as Float32Array;
  const [initial, trained] = [await whole("initial.safetensors"), await whole("weights.safetensors")];
  const at = (positions: Int32Array, values: Float32Array) => Float32Array.from(positions, (place) => values[place]!);
  const [filters, reinit, thinet] = [await start("filters"), await start("filters-reinit"), await start("thinet")];
  expect(filters.values.data).toEqual(at(filters.positions, initial));
  expect(reinit.positions).toEqual(filters.positions);
  expect(reinit.values.data).not.toEqual(filters.values.data);
  expect(thinet.values.data).toEqual(at(thinet.positions, trained));
  const rate = async (arm: ArmName) =>
    JSON.parse(Buffer.from((await filesOf(arm, 1)).get("config.json")!).toString()).params.learningRate;
  expect([await rate("filters"), await rate("thinet")]).toEqual([0.02, 0.002]);
});

test("slimming cuts a network that was trained with a penalty on γ, one of its own beside the dense network", async () => {
  const slimmed: ExperimentSettings = { ...settings, arms: ["slimming", "slimming-reinit"], rounds: 1 };
  const { filesOf, levels } = await run(normedTask, slimmed);
  const lineage = JSON.parse(Buffer.from((await filesOf("slimming", 1)).get("lineage.json")!).toString()) as Record<
    string,
    { readonly op: string; readonly params: { readonly gammaPenalty?: number } }
  >;
  const penalties = async (arm: ArmName | "dense", round: number) =>
    JSON.parse(Buffer.from((await filesOf(arm, round)).get("config.json")!).toString()).params.gammaPenalty;
  const trained = Object.entries(lineage).filter(([, { op }]) => op === "train");
  expect(trained.map(([, { params }]) => params.gammaPenalty)).toEqual([1e-4]);
  expect(trained[0]![0]).not.toBe(levels.find(({ arm }) => arm === "dense")!.node);
  expect([await penalties("dense", 0), await penalties("slimming", 1)]).toEqual([undefined, 1e-4]);
  expect(await penalties("slimming-reinit", 1)).toBeUndefined();
});

test.each(["sgd", "adam"] as const)("a penalty on γ makes them smaller, by %s", async (optimiser) => {
  const gammas = async (gammaPenalty: number) => {
    const batches = normedTask.batches(1);
    const { gammaPenalty: _, ...chosen } = { gammaPenalty, optimiser, learningRate: 0.1, epochs: 4, patience: null };
    const trainedBy = { batches, settings: { ...chosen, evaluationsPerEpoch: 1 }, seed: 1, chance: 0.5, gammaPenalty };
    const { weights } = await trainNetwork(normedTask.model(stream(1)), trainedBy);
    return ["norm1.weight", "norm2.weight"].flatMap((name) => [...(weights.get(name) as Tensor).data.map(Math.abs)]);
  };
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  expect(sum(await gammas(0.1))).toBeLessThan(0.8 * sum(await gammas(0)));
});

test("slimming of a network without batch normalisation is refused by name", async () => {
  await expect(run(toyTask, { ...settings, arms: ["slimming"] })).rejects.toThrow(
    "gammaPenalty is 0.0001, but no unit of the network has batch normalisation behind it",
  );
});

/** What published structured pruning does wrong, by what it writes. */
const WHOLE = "Units were removed whole, exactly their share";
const LOWEST = "Cuts removed the units with the lowest scores";

/** A pruned tensor of a file, with other positions. */
function edit(
  files: Files,
  tensor: string,
  change: (positions: Int32Array, values: Float32Array) => [number[], number[]],
) {
  for (const file of ["ticket.safetensors", "weights.safetensors"]) {
    const { tensors, metadata } = decodeSafetensors(files.get(file)!, file);
    const entries = new Map<string, SafetensorsEntry>(tensors);
    const [positions, values] = change(
      (tensors.get(`positions/${tensor}`) as { data: Int32Array }).data,
      (tensors.get(`values/${tensor}`) as { data: Float32Array }).data,
    );
    const shape = [positions.length];
    entries.set(`positions/${tensor}`, { dtype: "I32", shape, data: Int32Array.from(positions) });
    entries.set(`values/${tensor}`, { dtype: "F32", shape, data: Float32Array.from(values) });
    files.set(file, encodeSafetensors(entries, metadata));
  }
}

describe("the audit catches", () => {
  const bugs: readonly (readonly [string, string, Bug])[] = [
    [
      "a filter that goes without its bias: its constant reaches the next layer",
      WHOLE,
      (files) =>
        edit(files, "convs.0.bias", () => [
          [0, 1, 2, 3, 4, 5, 6, 7],
          [0, 0, 0, 0, 0, 0, 0, 0],
        ]),
    ],
    [
      "columns of the next layer that stay",
      WHOLE,
      (files) => edit(files, "linear.weight", () => [Array.from({ length: 16 }, (_, i) => i), new Array(16).fill(0.5)]),
    ],
    [
      "single weights of a filter that go",
      WHOLE,
      (files) => edit(files, "convs.0.weight", (positions, values) => [[...positions].slice(1), [...values].slice(1)]),
    ],
    [
      "the largest filters that go: the other half of each tensor is kept",
      LOWEST,
      (files) => {
        const kept = new Set<number>();
        edit(files, "convs.0.bias", (positions, values) => {
          kept.clear();
          for (const at of positions) kept.add(at);
          return [[...others(8, positions)], [...values]];
        });
        edit(files, "convs.0.weight", (positions, values) => [others(64, positions), [...values]]);
        edit(files, "linear.weight", (positions, values) => {
          const second = [...positions].filter((at) => at >= 8);
          return [[...others(8, Int32Array.from([...positions].filter((at) => at < 8))), ...second], [...values]];
        });
      },
    ],
  ];

  test.each(bugs)("%s", async (_, check, bug) => {
    const one = { ...settings, arms: ["filters"] as const, rounds: 1 };
    const { failed } = await run(toyTask as Task<TokenMatrix>, one, (files, name) => {
      if (name === "filters 1") bug(files, name);
    });
    expect([...failed.keys()]).toContain(check);
  });
});

function others(size: number, positions: Int32Array): number[] {
  return Array.from({ length: size }, (_, i) => i).filter((at) => !positions.includes(at));
}
