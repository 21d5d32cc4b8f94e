import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stream } from "@ltt/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { frozenTask, lstmTask, pretrainedTask, toyTask } from "../test/toy-task.ts";
import { type AuditedNetwork, audit } from "./audit.ts";
import { auditRun } from "./audit-run.ts";
import { runExperiment } from "./experiment.ts";
import { ARMS, type ExperimentSettings, type Fault, type Task } from "./experiment-settings.ts";
import { NodeStore } from "./node-store.ts";
import type { LevelResult } from "./result.ts";

const whole = Int32Array.from({ length: 8 }, (_, i) => i);
const numbers = (purpose: string) => stream(1, "audit", purpose).normals(8);
const at = (values: Float32Array, positions: Int32Array) => Float32Array.from(positions, (i) => values[i]!);
const one = (positions: Int32Array, values: Float32Array) => ({
  pattern: new Map([["w", positions]]),
  values: new Map([["w", values]]),
});

/** A dense network and one round of each arm, of a tensor with eight weights, as they should be. */
function rightful() {
  const [first, early, last, fresh] = ["first", "early", "last", "fresh"].map(numbers) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const kept = Int32Array.from([...whole].sort((a, b) => Math.abs(last[b]!) - Math.abs(last[a]!)).slice(0, 4)).sort();
  const sparse = (arm: string, start: Float32Array): AuditedNetwork => ({
    arm,
    seed: 1,
    round: 1,
    start: one(kept, at(start, kept)),
    trained: one(kept, at(numbers(arm), kept)),
  });
  const dense = {
    arm: "dense",
    seed: 1,
    round: 0,
    start: one(whole, first),
    trained: one(whole, last),
    early: new Map([["w", early]]),
  };
  const networks = [
    dense,
    sparse("winning-ticket", first),
    sparse("random-reinit", fresh),
    sparse("late-rewinding", early),
  ];
  return { networks, first, early, last, fresh, kept };
}

const failures = (networks: readonly AuditedNetwork[]) =>
  audit(networks, 0.5).flatMap(({ check, passed }) => (passed ? [] : [check]));

/** The rightful networks, but for a change to one arm's. */
function changed(
  arm: string,
  change: (network: AuditedNetwork, right: ReturnType<typeof rightful>) => Partial<AuditedNetwork>,
) {
  const right = rightful();
  return right.networks.map((network) => (network.arm === arm ? { ...network, ...change(network, right) } : network));
}

describe("the audit", () => {
  test("passes what is right, and says what it looked at", () => {
    const results = audit(rightful().networks, 0.5);
    expect(results.length).toBe(8);
    expect(results.every(({ passed }) => passed)).toBe(true);
    expect(results[0]!.detail).toBe("3 networks");
    expect(results.at(-1)!.detail).toBe("1 networks");
  });

  test("has nothing to say of a dense network alone", () => {
    expect(audit(rightful().networks.slice(0, 1), 0.5)).toEqual([]);
  });

  test.each([
    [
      "weights that grew back",
      changed("winning-ticket", (_, { last }) => ({ trained: one(whole, last) })),
      "Pruned weights stayed pruned",
    ],
    [
      "a cut that took one more, as thresholds do",
      changed("late-rewinding", (_, { early, kept }) => {
        const fewer = kept.slice(1);
        return { start: one(fewer, at(early, fewer)), trained: one(fewer, at(early, fewer)) };
      }),
      "Each cut removed exactly its share of every tensor",
    ],
    [
      "a pattern cut from the initial weights",
      changed("late-rewinding", (_, { early, last }) => {
        const wrong = Int32Array.from(
          [...whole].sort((a, b) => Math.abs(last[a]!) - Math.abs(last[b]!)).slice(0, 4),
        ).sort();
        return { start: one(wrong, at(early, wrong)), trained: one(wrong, at(early, wrong)) };
      }),
      "Cuts removed the smallest of the trained weights",
    ],
    [
      "trained weights passed off as a ticket",
      changed("winning-ticket", (_, { last, kept }) => ({ start: one(kept, at(last, kept)) })),
      "Winning tickets start from the initial weights, bit for bit",
    ],
    [
      "a control that shuffles nothing",
      changed("random-reinit", (_, { first, kept }) => ({ start: one(kept, at(first, kept)) })),
      "The control's weights are fresh in every tensor",
    ],
    [
      "a control that keeps trained weights",
      changed("random-reinit", (_, { last, kept }) => ({ start: one(kept, at(last, kept)) })),
      "The control's weights are fresh in every tensor",
    ],
    [
      "late rewinding to the last weights",
      changed("late-rewinding", (_, { last, kept }) => ({ start: one(kept, at(last, kept)) })),
      "Late rewinding starts from the early weights, neither the first nor the last",
    ],
  ])("finds %s", (_, networks, check) => {
    expect(failures(networks)).toContain(check);
  });

  test("passes late rewinding to weights that are the last, where the dense network was best at that very step", () => {
    const coincidence = (steps: AuditedNetwork["steps"]) =>
      failures(
        rightful().networks.map((network) =>
          network.arm === "dense"
            ? { ...network, trained: { ...network.trained, values: network.early! }, steps }
            : network,
        ),
      );
    const late = "Late rewinding starts from the early weights, neither the first nor the last";
    expect(coincidence({ early: 22, best: 22 })).not.toContain(late);
    expect(coincidence({ early: 22, best: 44 })).toContain(late);
    expect(coincidence(undefined)).toContain(late);
  });

  test("finds a frozen tensor that was trained, pruned or drawn anew", () => {
    const check = "Frozen tensors are the dense network's first, whole, everywhere";
    const frozen = new Set(["w"]);
    const { networks, first, last } = rightful();
    const keeping = networks.slice(0, 3).map((network) => ({
      ...network,
      frozen,
      start: one(whole, first),
      trained: one(whole, first),
    }));
    expect(failures(keeping)).toEqual([]);
    expect(audit(keeping, 0.5).find((result) => result.check === check)!.detail).toBe("3 networks");
    for (const values of [last, at(first, whole.slice(0, 4))]) {
      const wrong = keeping.with(2, { ...keeping[2]!, trained: one(whole, values) });
      expect(failures(wrong)).toEqual([check]);
    }
  });

  test("finds an early moment that is the first", () => {
    const networks = changed("late-rewinding", (_, { first, kept }) => ({ start: one(kept, at(first, kept)) })).map(
      (network) => (network.arm === "dense" ? { ...network, early: network.start.values } : network),
    );
    const late = audit(networks, 0.5).at(-1)!;
    expect([late.passed, late.detail]).toEqual([false, "late-rewinding, seed 1, round 1: they are the first"]);
  });

  test("finds a pattern that is not within the one before", () => {
    const { networks, first } = rightful();
    const outside = Int32Array.of(0, 1);
    const second = networks.map((network) => ({
      ...network,
      round: 2,
      start: one(outside, at(first, outside)),
      trained: one(outside, at(first, outside)),
    }));
    const kept = networks[1]!.start.pattern.get("w")!;
    expect([...outside].every((place) => kept.includes(place))).toBe(false);
    expect(failures([...networks, ...second.slice(1, 2)])).toContain("Patterns are nested, round after round");
  });
});

describe("the audit of a run's folder", () => {
  const settings: ExperimentSettings = {
    arms: ARMS,
    seeds: [1, 2],
    rounds: 2,
    rate: 0.5,
    epochs: 2,
    learningRate: 0.02,
    patience: null,
    evaluationsPerEpoch: 1,
    rewindTo: { epoch: 1 },
    faults: [],
  };
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "ltt-audit-"));
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  async function run(folder: string, faults: readonly Fault[], task: Task = toyTask) {
    const store = await NodeStore.open(join(root, folder));
    const levels: LevelResult[] = [];
    for await (const level of runExperiment(task, { ...settings, faults }, { store, clock: () => 0 }))
      levels.push(level);
    return auditRun(store, levels, settings.rate);
  }

  test("passes our own experiment", async () => {
    const results = await run("right", []);
    expect(results.map(({ passed, detail }) => [passed, detail])).toEqual([
      ...new Array(4).fill([true, "12 networks"]),
      ...new Array(4).fill([true, "4 networks"]),
    ]);
  });

  test.each([
    ["an LSTM", lstmTask, 8],
    ["pre-trained vectors", pretrainedTask, 8],
    ["frozen vectors", frozenTask, 9],
  ] as const)("passes an experiment with %s", async (name, task, checks) => {
    const results = await run(name, [], task);
    expect(results.length).toBe(checks);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
  });

  test.each([
    ["reinit-keeps-trained-embedding", "The control's weights are fresh in every tensor"],
    ["reinit-own-patterns", "The control has the winning ticket's pattern"],
    ["rewinds-to-trained-weights", "Late rewinding starts from the early weights, neither the first nor the last"],
  ] as const)("catches the published fault %s in an LSTM too", async (fault, check) => {
    const wrong = (await run(`lstm-${fault}`, [fault], lstmTask)).filter(({ passed }) => !passed);
    expect(wrong.map((result) => result.check)).toContain(check);
  });

  test("finds a control that keeps pre-trained vectors", async () => {
    const { createRandomModel, ...keeping } = pretrainedTask;
    const wrong = (await run("keeping", [], keeping)).filter(({ passed }) => !passed);
    expect(wrong.map((result) => result.check)).toEqual(["The control's weights are fresh in every tensor"]);
    expect(wrong[0]!.detail).toContain("embedding.weight");
  });

  test.each([
    ["reinit-keeps-trained-embedding", "The control's weights are fresh in every tensor", "embedding.weight"],
    ["reinit-own-patterns", "The control has the winning ticket's pattern", "round 2"],
    ["rewinds-to-trained-weights", "Late rewinding starts from the early weights, neither the first nor the last", ""],
  ] as const)("catches the published fault %s", async (fault, check, detail) => {
    const wrong = (await run(fault, [fault])).filter(({ passed }) => !passed);
    expect(wrong.map((result) => result.check)).toContain(check);
    expect(wrong.find((result) => result.check === check)!.detail).toContain(detail);
  });
});
