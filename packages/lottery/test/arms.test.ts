import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeCheckpoint } from "@ltt/layers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  ARMS,
  type ArmName,
  auditRun,
  type ExperimentSettings,
  FolderStore,
  type LevelResult,
  planExperiment,
  runExperiment,
  type Task,
} from "../src/index.ts";
import { toySettings, toyTask } from "./toy-task.ts";

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
  expect(levels.length).toBe(1 + 2 * ARMS.length);
  const checks = await auditRun(store, planExperiment(toyTask, settings), { task: toyTask as Task });
  expect(checks.filter(({ passed }) => !passed)).toEqual([]);
});

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
