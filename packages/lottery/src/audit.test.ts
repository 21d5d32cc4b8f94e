import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stream } from "@ltt/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { frozenTask, lstmTask, pretrainedTask, toyTask } from "../test/toy-task.ts";
import { type AuditedNetwork, audit } from "./audit.ts";
import { auditRun } from "./audit-run.ts";
import { runExperiment } from "./experiment.ts";
import { FolderStore } from "./folder-store.ts";
import type { Fault } from "./published-2020/faults.ts";
import type { LevelResult } from "./result.ts";
import { ARMS, type ExperimentSettings } from "./settings.ts";
import type { Task } from "./task.ts";

const whole = Int32Array.from({ length: 64 }, (_, i) => i);
const numbers = (purpose: string) => stream(1, "audit", purpose).normals(64);
const at = (values: Float32Array, positions: Int32Array) => Float32Array.from(positions, (i) => values[i]!);
const one = (positions: Int32Array, values: Float32Array) => ({
  pattern: new Map([["w", positions]]),
  values: new Map([["w", values]]),
});

/** A dense network and one round of each arm, of a tensor with 64 weights, as they should be. */
function rightful() {
  const [first, early, last, fresh] = ["first", "early", "last", "fresh"].map(numbers) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const kept = Int32Array.from([...whole].sort((a, b) => Math.abs(last[b]!) - Math.abs(last[a]!)).slice(0, 32)).sort();
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
    bestStep: 44,
  };
  const turned = at(first, kept).map((_, i, values) => values[(i + 1) % values.length]!);
  const networks: AuditedNetwork[] = [
    dense,
    sparse("winning-ticket", first),
    sparse("random-reinit", fresh),
    { ...sparse("shuffled-init", first), start: one(kept, turned) },
    { ...sparse("late-rewinding", early), rewoundTo: { step: 22, values: new Map([["w", early]]) } },
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
    expect(results.length).toBe(9);
    expect(results.every(({ passed }) => passed)).toBe(true);
    expect(results[0]!.detail).toBe("4 networks");
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
          [...whole].sort((a, b) => Math.abs(last[a]!) - Math.abs(last[b]!)).slice(0, 32),
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
      "a shuffle that shuffles nothing",
      changed("shuffled-init", (_, { first, kept }) => ({ start: one(kept, at(first, kept)) })),
      "The shuffled control has the winning ticket's initial weights, in other places",
    ],
    [
      "a shuffle of other weights than the ticket's",
      changed("shuffled-init", (_, { fresh, kept }) => ({ start: one(kept, at(fresh, kept)) })),
      "The shuffled control has the winning ticket's initial weights, in other places",
    ],
    [
      "late rewinding to the last weights",
      changed("late-rewinding", (_, { last, kept }) => ({ start: one(kept, at(last, kept)) })),
      "Late rewinding starts from the early weights, neither the first nor the last",
    ],
  ])("finds %s", (_, networks, check) => {
    expect(failures(networks)).toContain(check);
  });

  test("passes a shuffle of so few values that most orders leave some where they stood", () => {
    const check = "The shuffled control has the winning ticket's initial weights, in other places";
    const few = (network: AuditedNetwork, order: readonly number[]): AuditedNetwork => {
      const places = network.start.pattern.get("w")!.slice(0, 3);
      const values = network.start.values.get("w")!.slice(0, 3);
      const start = one(
        places,
        Float32Array.from(order, (i) => values[i]!),
      );
      return { ...network, start, trained: start };
    };
    const { networks } = rightful();
    const [ticket, shuffled] = [few(networks[1]!, [0, 1, 2]), few(networks[1]!, [0, 1, 2])];
    expect(failures([networks[0]!, ticket, { ...shuffled, arm: "shuffled-init" }])).not.toContain(check);
  });

  const late = "Late rewinding starts from the early weights, neither the first nor the last";

  test("passes late rewinding to weights that are the last, where the dense network was best at that very step", () => {
    const coincidence = (bestStep: number | undefined) => {
      const { networks, early } = rightful();
      const [dense, ...others] = networks;
      return failures([
        { ...dense!, trained: { ...dense!.trained, values: new Map([["w", early]]) }, bestStep },
        ...others,
      ]);
    };
    expect(coincidence(22)).not.toContain(late);
    expect(coincidence(44)).toContain(late);
    expect(coincidence(undefined)).toContain(late);
  });

  test("passes late rewinding whose few weights had not moved yet, and finds an early moment that is the first", () => {
    const rewound = (early: (first: Float32Array, right: Float32Array) => Float32Array) => {
      const { networks, first, early: right, kept } = rightful();
      const values = early(first, right);
      const start = one(kept, at(values, kept));
      const rewoundTo = { step: 22, values: new Map([["w", values]]) };
      return audit(networks.with(-1, { ...networks.at(-1)!, start, rewoundTo }), 0.5).at(-1)!;
    };
    const { kept } = rightful();
    const still = rewound((first, right) => right.map((value, i) => (kept.includes(i) ? first[i]! : value)));
    expect([still.check, still.passed]).toEqual([late, true]);
    const moved = rewound((first) => first);
    expect([moved.passed, moved.detail]).toEqual([false, "late-rewinding, seed 1, round 1: they are the first"]);
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
    const store = await FolderStore.open(join(root, folder));
    const levels: LevelResult[] = [];
    for await (const level of runExperiment(task, { ...settings, faults }, { store, clock: () => 0 }))
      levels.push(level);
    return auditRun(store, levels, settings.rate);
  }

  test("passes our own experiment", async () => {
    const results = await run("right", []);
    expect(results.map(({ passed, detail }) => [passed, detail])).toEqual([
      ...new Array(4).fill([true, "16 networks"]),
      [true, "4 networks"],
      [true, "8 networks"],
      ...new Array(3).fill([true, "4 networks"]),
    ]);
  });

  test.each([
    ["an LSTM", lstmTask, 9],
    ["pre-trained vectors", pretrainedTask, 9],
    ["frozen vectors", frozenTask, 10],
  ] as const)("passes an experiment with %s", async (name, task, checks) => {
    const results = await run(name, [], task);
    expect(results.length).toBe(checks);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
  });

  test.each([
    ["reinit-keeps-trained-embedding", "The control's weights are fresh in every tensor"],
    ["reinit-own-patterns", "The controls have the winning ticket's pattern"],
    ["rewinds-to-trained-weights", "Late rewinding starts from the early weights, neither the first nor the last"],
  ] as const)("catches the published fault %s in an LSTM too", async (fault, check) => {
    const wrong = (await run(`lstm-${fault}`, [fault], lstmTask)).filter(({ passed }) => !passed);
    expect(wrong.map((result) => result.check)).toContain(check);
  });

  test("finds a control that keeps pre-trained vectors", async () => {
    const { randomModel, ...keeping } = pretrainedTask;
    const wrong = (await run("keeping", [], keeping)).filter(({ passed }) => !passed);
    expect(wrong.map((result) => result.check)).toEqual(["The control's weights are fresh in every tensor"]);
    expect(wrong[0]!.detail).toContain("embedding.weight");
  });

  test.each([
    ["reinit-keeps-trained-embedding", "The control's weights are fresh in every tensor", "embedding.weight"],
    ["reinit-own-patterns", "The controls have the winning ticket's pattern", "round 2"],
    ["rewinds-to-trained-weights", "Late rewinding starts from the early weights, neither the first nor the last", ""],
  ] as const)("catches the published fault %s", async (fault, check, detail) => {
    const wrong = (await run(fault, [fault])).filter(({ passed }) => !passed);
    expect(wrong.map((result) => result.check)).toContain(check);
    expect(wrong.find((result) => result.check === check)!.detail).toContain(detail);
  });
});
