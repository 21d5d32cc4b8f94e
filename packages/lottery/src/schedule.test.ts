import { describe, expect, test } from "vitest";
import { STANDARD_ARMS } from "./arms/arms.ts";
import { Graph } from "./graph.ts";
import { plan } from "./plan.ts";
import { Schedule } from "./schedule.ts";
import type { ExperimentSettings } from "./settings.ts";

/** The networks of an experiment, by what they are called. */
function planned(seeds: readonly number[], rounds: number, arms: ExperimentSettings["arms"] = STANDARD_ARMS) {
  const training = { epochs: 1, learningRate: 0.1, patience: null, evaluationsPerEpoch: 1 };
  const settings = { ...training, arms, seeds, rounds, rate: 0.5, rewindTo: { epoch: 1 }, faults: [] };
  const graph = new Graph();
  const levels = seeds.flatMap((seed) =>
    plan(graph, seed, { data: "toy", architecture: "toy", backend: "wasm", rewindStep: 1, lastStep: 8, settings }),
  );
  const names = new Map(levels.map(({ arm, seed, round, network }) => [network as string, `${arm} ${seed} ${round}`]));
  return { schedule: new Schedule(graph, names.keys()), names };
}

/** What each of so many jobs trains, turn by turn, if every training takes a turn. */
function turns({ schedule, names }: ReturnType<typeof planned>, jobs: number): string[][] {
  const all: string[][] = [];
  for (;;) {
    const taken = Array.from({ length: jobs }, () => schedule.take(jobs)).filter((hash) => hash !== undefined);
    if (taken.length === 0) return all;
    for (const hash of taken) schedule.finish(hash);
    all.push(taken.map((hash) => names.get(hash)!));
  }
}

describe("a schedule", () => {
  test("for one job is the plan", () => {
    const experiment = planned([1, 2], 2);
    expect(turns(experiment, 1).flat()).toEqual([...experiment.names.values()]);
  });

  test("for two jobs hands out the arms of a round, and the next seed's dense network beside the first's", () => {
    expect(turns(planned([1, 2], 1), 2)).toEqual([
      ["dense 1 0", "dense 2 0"],
      ["winning-ticket 1 1", "random-reinit 1 1"],
      ["shuffled-init 1 1", "late-rewinding 1 1"],
      ["winning-ticket 2 1", "random-reinit 2 1"],
      ["shuffled-init 2 1", "late-rewinding 2 1"],
    ]);
  });

  test("hands out everything once, and nothing before what it rests on", () => {
    const experiment = planned([1, 2, 3], 4);
    const all = turns(experiment, 3);
    expect(all.flat().sort()).toEqual([...experiment.names.values()].sort());
    const turnOf = (name: string) => all.findIndex((turn) => turn.includes(name));
    for (const name of experiment.names.values()) {
      const [arm, seed, round] = name.split(" ");
      if (arm === "dense") continue;
      const own = arm === "late-rewinding" ? arm : "winning-ticket";
      const before = round === "1" ? `dense ${seed} 0` : `${own} ${seed} ${Number(round) - 1}`;
      expect(turnOf(name)).toBeGreaterThan(turnOf(before));
    }
  });

  test("does not leave the longest chain for the end", () => {
    // 3 · (1 + 4 · 8) networks on 8 jobs take 13 turns at least; seed by seed it would be 9 for the first two and 9 more for the last.
    expect(turns(planned([1, 2, 3], 8), 8).length).toBeLessThanOrEqual(15);
  });

  test("goes on from what is finished", () => {
    const { schedule, names } = planned([1], 2);
    for (const [hash, name] of names) if (!name.endsWith("2")) schedule.finish(hash);
    expect(names.get(schedule.take(1)!)).toBe("winning-ticket 1 2");
  });
});
