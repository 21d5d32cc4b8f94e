import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Sparse, tensor, type Weight } from "@ltt/core";
import { decodeCheckpoint, encodeCheckpoint } from "@ltt/layers";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type ArmName,
  auditRun,
  type ExperimentSettings,
  FolderStore,
  type LevelResult,
  planExperiment,
  runExperiment,
  type Store,
} from "../src/index.ts";
import { toySettings, toyTask } from "./toy-task.ts";

const settings: ExperimentSettings = {
  ...toySettings,
  arms: ["rigl", "learned-supermask", "rest-frozen", "early-bird"],
  rate: 0.75,
};

let root: string;
let store: FolderStore;
const levels = new Map<string, LevelResult>();
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "ltt-tampered-"));
  store = await FolderStore.open(root);
  for await (const level of runExperiment(toyTask, settings, { store, clock: () => 0 })) levels.set(level.arm, level);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Files = ReadonlyMap<string, Uint8Array>;

/** The checks that fail where the files of an arm's network are others. */
async function failedWith(arm: ArmName, change: (files: Files) => Promise<Map<string, Uint8Array>>): Promise<string[]> {
  const { node } = levels.get(arm)!;
  const tampered = Object.create(store) as Store;
  tampered.has = (hash) => store.has(hash);
  tampered.node = (hash) => store.node(hash);
  tampered.read = async (hash) => {
    const found = await store.read(hash);
    return found === undefined || hash !== node ? found : { ...found, files: await change(found.files) };
  };
  const { list, putIfAbsent, quarantine, putFailed, checkpoints } = store;
  Object.assign(tampered, { list, putIfAbsent, quarantine, putFailed, checkpoints });
  return (await auditRun(tampered, planExperiment(toyTask, settings)))
    .filter(({ passed }) => !passed)
    .map(({ check }) => check);
}

/** The weights of a file after a change of one of them. */
async function changed(files: Files, file: string, name: string, change: (weight: Sparse) => Weight) {
  const { weights, buffers } = decodeCheckpoint(files.get(file)!, file);
  const others = new Map(weights).set(name, change(weights.get(name) as Sparse));
  return new Map(files).set(file, await encodeCheckpoint({ weights: others, buffers }));
}

const values = (numbers: readonly number[]) => tensor(numbers, [numbers.length], { requiresGrad: true });

test("as they were written, all pass", async () => {
  expect(await failedWith("rigl", async (files) => new Map(files))).toEqual([]);
});

test("a network that exchanges weights and has lost one is found", async () => {
  const failed = await failedWith("rigl", (files) =>
    changed(
      files,
      "weights.safetensors",
      "embedding.weight",
      ({ shape, positions, values: { data } }) => new Sparse(shape, positions.subarray(1), values([...data].slice(1))),
    ),
  );
  expect(failed).toContain("Exchanged weights are as many as there were");
});

test("a mask that was trained together with its weights is found", async () => {
  const failed = await failedWith("learned-supermask", (files) =>
    changed(
      files,
      "weights.safetensors",
      "convs.1.weight",
      ({ shape, positions, values: { data } }) =>
        new Sparse(shape, positions, values([...data].map((value, i) => (i === 2 ? 1.1 * value : value)))),
    ),
  );
  expect(failed).toEqual(["Trained masks keep the initial weights, but for one factor a tensor"]);
});

test("weights beside the mask that are gone, or others, are found", async () => {
  const words = "Frozen weights beside the mask are the first ones";
  const without = async (files: Files) => {
    const left = new Map(files);
    left.delete("rest.safetensors");
    return left;
  };
  expect(await failedWith("rest-frozen", without)).toEqual([words]);
  const rest = (await store.read(levels.get("rest-frozen")!.node!))!.files.get("rest.safetensors")!;
  expect(await failedWith("early-bird", async (files) => new Map(files).set("rest.safetensors", rest))).toEqual([
    words,
  ]);
  const other = async (files: Files) => {
    const bytes = rest.slice();
    bytes[bytes.length - 1]! ^= 1;
    return new Map(files).set("rest.safetensors", bytes);
  };
  expect(await failedWith("rest-frozen", other)).toEqual([words]);
});

test("a mask that is of no moment of its search is found", async () => {
  const moved = async (files: Files) => {
    let all = new Map(files);
    for (const file of ["ticket.safetensors", "weights.safetensors"])
      all = await changed(all, file, "embedding.weight", ({ shape, positions, values: { data } }) => {
        const free = Array.from({ length: 240 }, (_, i) => i).filter((at) => !positions.includes(at));
        return new Sparse(shape, Int32Array.from(free.slice(0, positions.length)), values([...data]));
      });
    return all;
  };
  expect(await failedWith("early-bird", moved)).toContain(
    "Masks that were searched for are those of one of their moments",
  );
});
