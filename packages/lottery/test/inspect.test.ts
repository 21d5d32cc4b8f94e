import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeSafetensors, stream, tensor } from "@ltt/core";
import { buffersOf, decodeCheckpoint, parametersOf, snapshot, withParameters } from "@ltt/layers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ArmName,
  type Criterion,
  classification,
  type ExperimentSettings,
  FolderStore,
  inspectNetwork,
  type LevelResult,
  magnitude,
  type NamedArm,
  patternOf,
  runExperiment,
  type StopSearch,
  type StoredFiles,
  type Task,
  type Values,
  valuesAt,
  weightMovement,
} from "../src/index.ts";
import { accuracyOf } from "../src/inside/accuracy-of.ts";
import { layersOf } from "../src/inside/layers-of.ts";
import { normedTask } from "./normed-task.ts";
import { frozenTask, lstmTask, toySettings, toyTask } from "./toy-task.ts";

const settings: ExperimentSettings = { ...toySettings, arms: ["winning-ticket"], epochs: 2, rewindTo: { step: 6 } };
const clock = () => 0;

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-inspect-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function run<Input>(name: string, task: Task<Input>, arm: ArmName | NamedArm = "winning-ticket") {
  const store = await FolderStore.open(join(root, name));
  const levels: LevelResult[] = [];
  for await (const level of runExperiment(task, { ...settings, arms: [arm] }, { store, clock })) levels.push(level);
  return { store, dense: levels[0]!, ticket: levels.at(-1)! };
}

describe.each([
  ["texts", toyTask],
  ["frozen vectors", frozenTask],
  ["batch normalisation", normedTask],
] as const)("a look inside networks of %s", (name, task) => {
  test("tells movement, importance, and copies with their barrier", async () => {
    const { store, dense, ticket } = await run(name, task as Task<unknown>);
    const of = (hash: string, more = {}) => inspectNetwork(task as Task<unknown>, hash, store, { clock, ...more });
    const whole = await of(dense.node!, { siblingsFrom: 0, between: 3 });
    expect(whole.inDense).toBeUndefined();
    expect(whole.movement.all.distance).toBeGreaterThan(0);
    expect(whole.layers.map(({ layer }) => layer)).toEqual(
      name === "texts"
        ? ["embedding", "convs.0", "convs.1", "linear"]
        : name === "frozen vectors"
          ? ["convs.0", "convs.1", "linear"] // what is frozen has learnt nothing
          : ["conv1", "norm1", "conv2", "norm2", "linear"],
    );
    for (const { accuracy } of whole.layers) expect(Object.keys(accuracy)).toEqual(["initial", "fresh"]);
    const { nodes, points, step } = whole.siblings!;
    expect([nodes[0], step]).toEqual([dense.node, 0]); // the network itself is the first copy
    expect(points.map(({ alpha }) => alpha)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    if (name === "texts") expect(points[0]!.error).toBeCloseTo(1 - whole.accuracy, 6);

    const later = await of(dense.node!, { siblingsFrom: 6, between: 1 });
    expect(new Set([dense.node, ...nodes, ...later.siblings!.nodes]).size).toBe(4);
    const sparse = await of(ticket.node!, { siblingsFrom: 0, between: 1 });
    expect(sparse.siblings!.nodes[0]).toBe(ticket.node);
    const { kept, others } = sparse.inDense!;
    expect(kept.count + others.count).toBe(whole.movement.all.count);
    expect(sparse.movement.all.count).toBe(kept.count);
  }, 120_000);
});

describe.each<ArmName>(["set", "rigl", "learned-supermask", "rest-frozen", "rest-frozen-unless-shrunk"])(
  "a look inside a network of %s, whose start has other positions or whose rest is not 0",
  (arm) => {
    test.each([
      ["texts", toyTask],
      ["batch normalisation", normedTask],
    ] as const)(
      "sees the weights that it computes with: %s",
      async (name, anyTask) => {
        const task = anyTask as Task<unknown>;
        const { store, ticket } = await run(`${arm}-${name}`, task, arm);
        const stored = (await store.read(ticket.node!))!;
        const found = await inspectNetwork(task, ticket.node!, store, { clock, siblingsFrom: 0, between: 1 });

        const [began, became] = [await computedWith(stored, START), await computedWith(stored, "weights.safetensors")];
        const { weights } = decodeCheckpoint(stored.files.get("weights.safetensors")!);
        const mask = patternOf(weights);
        const [own, rest] = [await storedIn(stored, START), restIn(stored)];
        const { all, tensors } = weightMovement(
          valuesAt(own, mask),
          valuesAt(await storedIn(stored, "weights.safetensors"), mask),
        );
        expect(found.movement).toEqual({ all, tensors: Object.fromEntries(tensors) });
        expect(rest.size > 0).toBe(arm.startsWith("rest"));

        const accuracyWith = async (changed: Values) => {
          const model = task.model(stream(0));
          const { buffers } = decodeCheckpoint(stored.files.get("weights.safetensors")!);
          const whole = Array.from(
            parametersOf(model),
            ([of, { shape }]) =>
              [of, tensor(changed.get(of) ?? became.get(of)!, shape, { requiresGrad: true })] as const,
          );
          const network = withParameters(model, new Map([...whole, ...buffers]));
          expect(buffersOf(network).size).toBe(buffers.size);
          return accuracyOf("test", network, task.batches(1).test, classification);
        };
        expect(await accuracyWith(new Map())).toBeCloseTo(found.accuracy, 6);
        for (const [layer, names] of layersOf(mask.keys())) {
          const { accuracy, stored } = found.layers.find((one) => one.layer === layer)!;
          expect(stored).toBe(names.reduce((sum, of) => sum + mask.get(of)!.length, 0));
          const back = await accuracyWith(new Map(names.map((of) => [of, began.get(of)!])));
          expect(accuracy.initial).toBeCloseTo(back, 6);
        }

        const { nodes, points } = found.siblings!;
        expect(nodes[0]).toBe(ticket.node);
        if (name === "batch normalisation") return; // whose statistics are computed anew
        expect(points[0]!.error).toBeCloseTo(1 - found.accuracy, 6);
        const other = await inspectNetwork(task, nodes[1], store, { clock });
        expect(points[2]!.error).toBeCloseTo(1 - other.accuracy, 6);
      },
      120_000,
    );
  },
);

const START = "ticket.safetensors";

/** Whole tensors of a file of weights, 0 where nothing is stored. */
async function storedIn(stored: StoredFiles, file: string): Promise<Map<string, Float32Array>> {
  const { weights } = decodeCheckpoint(stored.files.get(file)!);
  const [values, pattern] = [await snapshot(weights), patternOf(weights)];
  return new Map(
    Array.from(weights, ([name, { size }]) => {
      const whole = new Float32Array(size);
      for (const [i, at] of pattern.get(name)!.entries()) whole[at] = values.get(name)![i]!;
      return [name, whole];
    }),
  );
}

function restIn({ files }: StoredFiles): Map<string, Float32Array> {
  const bytes = files.get("rest.safetensors");
  const tensors = bytes === undefined ? [] : [...decodeSafetensors(bytes).tensors];
  return new Map(tensors.map(([name, entry]) => [name, (entry as { data: Float32Array }).data]));
}

/** The same, and in its place the frozen rest. */
async function computedWith(stored: StoredFiles, file: string): Promise<Values> {
  const [whole, rest] = [await storedIn(stored, file), restIn(stored)];
  return new Map(
    Array.from(whole, ([name, own]) => [name, own.map((value, at) => value + (rest.get(name)?.[at] ?? 0))]),
  );
}

test("copies of a network that rests on criteria and stops from outside need them", async () => {
  const mine: Criterion = { ...magnitude, name: "mine" };
  const stop: StopSearch = { name: "second", version: 1, stop: (seen) => seen.length === 2 };
  const searching: NamedArm = {
    name: "searching",
    *levels(graph) {
      const mask = graph.search(graph.dense, [4, 8, 12], stop, { criterion: mine });
      yield { round: 1, network: graph.train(graph.rewind(mask, graph.init)) };
    },
  };
  const { store, ticket } = await run("outside", toyTask, searching);
  const look = (more: object) =>
    inspectNetwork(toyTask, ticket.node!, store, { clock, siblingsFrom: 0, between: 1, ...more });
  const { siblings } = await look({ criteria: [mine], stops: [stop] });
  expect(siblings!.nodes[0]).toBe(ticket.node);
  const { store: again, ticket: same } = await run("outside-again", toyTask, searching);
  const lacking = (more: object) =>
    inspectNetwork(toyTask, same.node!, again, { clock, siblingsFrom: 0, between: 1, ...more });
  await expect(lacking({ stops: [stop] })).rejects.toThrow(/criterion .*"mine".* is not known/);
  await expect(lacking({ criteria: [mine] })).rejects.toThrow(/stop .*"second".* is not known/);
});

test("copies are found again, and give the same answer", async () => {
  const { store, dense } = await run("again", toyTask);
  const look = () => inspectNetwork(toyTask, dense.node!, store, { clock, siblingsFrom: 6, between: 2 });
  const first = await look();
  const there = await store.list();
  expect(await look()).toEqual(first);
  expect(await store.list()).toEqual(there);
});

test("what cannot be looked at is refused", async () => {
  const { store, dense, ticket } = await run("refused", toyTask);
  const of = (hash: string, more = {}) => inspectNetwork(toyTask, hash, store, { clock, ...more });
  await expect(of("0123456789abcdef")).rejects.toThrow(
    "inspectNetwork: there is no node 0123456789abcdef; names are in metrics.csv",
  );
  await expect(of(ticket.node!, { siblingsFrom: 3 })).rejects.toThrow(
    `inspectNetwork: node ${ticket.node} is sparse: copies of it begin with its start, siblingsFrom is 0`,
  );
  await expect(of(dense.node!, { siblingsFrom: dense.steps })).rejects.toThrow(
    `inspectNetwork: siblingsFrom is ${dense.steps}: node ${dense.node} was trained for ${dense.steps} steps, and copies go on before the last`,
  );
  const others = { data: { ...toyTask, data: { task: "toy", version: 2 } }, architecture: lstmTask };
  for (const [what, task] of Object.entries(others))
    await expect(inspectNetwork(task, dense.node!, store, { clock })).rejects.toThrow(
      `inspectNetwork: node ${dense.node} is of other ${what}: `,
    );
  const { store: other, ticket: masked } = await run("refused-masks", toyTask, "learned-supermask");
  await expect(inspectNetwork(toyTask, masked.node!, other, { clock, siblingsFrom: 3 })).rejects.toThrow(
    `inspectNetwork: node ${masked.node} is sparse: copies of it begin with its start, siblingsFrom is 0`,
  );
});
