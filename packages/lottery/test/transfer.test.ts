import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backend, createReferenceBackend, type Rng, stream, useBackend } from "@ltt/core";
import { parametersOf, snapshot, TextCnn } from "@ltt/layers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPart } from "../src/audit/part.ts";
import {
  auditRun,
  type ExperimentSettings,
  FolderStore,
  givenFiles,
  givenNode,
  hashOf,
  INIT,
  nodeOf,
  planExperiment,
  plannedNodes,
  readTicket,
  replay,
  runExperiment,
  type Store,
  type Task,
  type TicketFor,
  transferArms,
  transferTicket,
} from "../src/index.ts";
import { toySettings, toyTask } from "./toy-task.ts";

/** The toy with ten words more, so that its ids are other words: word i of the one is word i + 5 of the other, as far as both have it. */
const newTask: Task = {
  ...(toyTask as Task),
  data: { task: "toy", version: 2 },
  architecture: { model: "toy", rows: 40 },
  model: (rng: Rng) =>
    new TextCnn({ rows: 40, outputs: 1, dim: 8, widths: [1, 2], filters: 8, dropout: 0.2 }, rng) as never,
};
const rows = Int32Array.from({ length: 40 }, (_, row) => (row >= 5 && row < 35 ? row - 5 : -1));
const settings: ExperimentSettings = { ...toySettings, arms: ["winning-ticket"], rounds: 2 };
const EXPECTED = "Transferred tickets have the mask and the values of the other run's, and their own where it has none";

let root: string;
let before: ReturnType<typeof backend>;
let old: Store;
let store: Store;
let tickets: TicketFor[];
let transfer: ExperimentSettings;
beforeAll(async () => {
  before = backend();
  useBackend(createReferenceBackend());
  root = mkdtempSync(join(tmpdir(), "ltt-transfer-"));
  old = await FolderStore.open(join(root, "old"));
  store = await FolderStore.open(join(root, "new"));
  for await (const _ of runExperiment(toyTask, settings, { store: old, clock: () => 0 }));
  tickets = [];
  for (const { arm, seed, round, network } of planExperiment(toyTask, settings)) {
    if (arm !== "winning-ticket") continue;
    const { ticket, files } = givenFiles(await mapped(network, seed), network, init(seed));
    await store.putIfAbsent(hashOf(givenNode(ticket, hashOf(init(seed)))), files, { seconds: 0 });
    tickets.push({ ...ticket, seed, round });
  }
  transfer = { ...settings, arms: ["winning-ticket", ...transferArms(tickets)] };
  for await (const _ of runExperiment(newTask, transfer, { store, clock: () => 0 }));
}, 60_000);
afterAll(() => {
  useBackend(before);
  rmSync(root, { recursive: true });
});

const init = (seed: number) => nodeOf(INIT, { architecture: newTask.architecture, seed });

async function mapped(network: string, seed: number) {
  const shapes = new Map(Array.from(parametersOf(newTask.model(stream(0))), ([name, { shape }]) => [name, [...shape]]));
  const options = { rows: new Map([["embedding.weight", rows]]), rng: stream(seed, "transfer", network) };
  return transferTicket(await readTicket(old, network), shapes, options);
}

const levels = () => planExperiment(newTask, transfer);
const networkOf = (arm: string, round: number) =>
  levels().find((level) => level.arm === arm && level.round === round)!.network;
const startOf = async (arm: string, round: number) =>
  readPart((await store.read(networkOf(arm, round)))!.files.get("ticket.safetensors")!, arm);

describe("tickets of another run", () => {
  test("keep mask and values of the words that both have, and as many weights as tickets of the new data's own", async () => {
    for (const round of [1, 2]) {
      const source = await readTicket(old, tickets.find((ticket) => ticket.round === round)!.source);
      const [moved, own] = [await startOf("transferred-ticket", round), await startOf("winning-ticket", round)];
      const inNew = (at: number) => at + 5 * 8;
      const theirs = new Map(
        Array.from(source.mask.get("embedding.weight")!, (at, i) => [
          inNew(at),
          source.values.get("embedding.weight")![i]!,
        ]),
      );
      const places = moved.mask.get("embedding.weight")!;
      const found = new Map(Array.from(places, (at, i) => [at, moved.values.get("embedding.weight")![i]!]));
      for (const [at, value] of theirs) expect(found.get(at)).toBe(value);
      const initial = (await snapshot(parametersOf(newTask.model(stream(1, "init"))))).get("embedding.weight")!;
      const others = [...found].filter(([at]) => !theirs.has(at));
      expect(others.length).toBeGreaterThan(0);
      for (const [at, value] of others) {
        expect(rows[Math.floor(at / 8)]).toBe(-1);
        expect(value).toBe(initial[at]);
      }
      expect(places).toHaveLength(own.mask.get("embedding.weight")!.length);
      for (const [name, positions] of source.mask) {
        if (name === "embedding.weight") continue;
        expect(moved.mask.get(name)).toEqual(positions);
        expect(moved.values.get(name)).toEqual(source.values.get(name));
      }
    }
  });

  test("controls: their mask with initial weights of the network's own, and as many weights at random places", async () => {
    const ticket = await startOf("transferred-ticket", 2);
    const [mask, random] = [await startOf("transferred-mask", 2), await startOf("transferred-random", 2)];
    expect(mask.mask).toEqual(ticket.mask);
    expect(mask.values.get("embedding.weight")).not.toEqual(ticket.values.get("embedding.weight"));
    for (const [name, positions] of ticket.mask) expect(random.mask.get(name)).toHaveLength(positions.length);
    expect(random.mask.get("embedding.weight")).not.toEqual(ticket.mask.get("embedding.weight"));
  });

  test("pass the audit, which finds another mask, another value, and files that are not the node's", async () => {
    const passed = await auditRun(store, levels(), { task: newTask });
    expect(passed.filter(({ passed }) => !passed)).toEqual([]);
    expect(passed.map(({ check }) => check)).toContain(EXPECTED);

    const wrong = levels().map((level) => {
      const other = levels().find(({ arm, round }) => arm === "transferred-ticket" && round !== level.round);
      return level.arm === "transferred-ticket" ? { ...level, expect: other!.expect } : level;
    });
    const failed = await auditRun(store, wrong);
    expect(failed.filter(({ passed }) => !passed).map(({ check }) => check)).toEqual([EXPECTED]);

    const mask = levels().map((level) =>
      level.arm === "transferred-mask"
        ? {
            ...level,
            expect: levels().find(({ arm, round }) => arm === "transferred-ticket" && round === level.round)!.expect,
          }
        : level,
    );
    const values = await auditRun(store, mask);
    expect(values.filter(({ passed }) => !passed).map(({ check }) => check)).toEqual([EXPECTED]);
  });

  test("are nodes: named by what they hold, stored before, the same again; another seed of the mapping is another name", async () => {
    const planned = plannedNodes(newTask, transfer, new Set(await store.list()));
    expect(planned.filter(({ op }) => op === "given").map(({ stored }) => stored)).toEqual([true, true]);
    const { source, digest, seed } = tickets[0]!;
    expect(givenFiles(await mapped(source, seed), source, init(seed)).ticket.digest).toBe(digest);
    expect(givenFiles(await mapped(source, 2), source, init(seed)).ticket.digest).not.toBe(digest);
  });

  test("are replayed to the same bytes", async () => {
    for (const arm of ["transferred-ticket", "transferred-random"]) {
      const elsewhere = await FolderStore.open(join(root, `replay-${arm}`));
      const { different, files } = await replay(newTask, networkOf(arm, 2), store, elsewhere, { clock: () => 0 });
      expect([different, files.length > 0]).toEqual([[], true]);
    }
  });

  test("that are not in the store, or are damaged, are named", async () => {
    const empty = await FolderStore.open(join(root, "empty"));
    const run = async (into: Store) => {
      for await (const _ of runExperiment(
        newTask,
        { ...transfer, arms: transferArms(tickets) },
        { store: into, clock: () => 0 },
      ));
    };
    await expect(run(empty)).rejects.toThrow(
      /execute: node [0-9a-f]{16} is a ticket of another run, and is not in the store/,
    );

    const { digest, source, seed } = tickets[0]!;
    const path = join(
      root,
      "new",
      "nodes",
      hashOf(givenNode({ digest, source }, hashOf(init(seed)))),
      "values.safetensors",
    );
    const bytes = readFileSync(path);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(path, bytes);
    const checks = await auditRun(store, levels());
    expect(checks.find(({ check }) => check === EXPECTED)?.passed).toBe(false);
  });
});
