import { stream } from "@ltt/core";
import { expect, test } from "vitest";
import { pairedStatistics } from "./paired-statistics.ts";

const rng = stream(1, "test");

const level = (arm: string, round: number, seed: number, scores: readonly number[]) => ({
  arm,
  round,
  seed,
  sparsity: 0.2 * round,
  collapsed: null,
  testScores: Float32Array.from(scores),
  testAccuracy: scores.reduce((sum, score) => sum + score, 0) / scores.length,
});

const levels = [
  level("dense", 0, 1, [1, 1, 0, 0]),
  level("winning-ticket", 1, 1, [0, 1, 1, 1]),
  level("random-reinit", 1, 1, [0, 0, 0, 1]),
  level("dense", 0, 2, [1, 1, 1, 0]),
  level("winning-ticket", 1, 2, [1, 1, 0, 0]),
];

test("tickets stand beside the dense network and each control, on the examples of the same seed", () => {
  const { rows } = pairedStatistics(levels, rng);
  expect(rows.map(({ against, round, seeds, difference }) => ({ against, round, seeds, difference }))).toEqual([
    {
      against: "dense",
      round: 1,
      seeds: [
        { seed: 1, onlyTicket: 2, onlyOther: 1, p: 1 },
        { seed: 2, onlyTicket: 0, onlyOther: 1, p: 1 },
      ],
      difference: 0, // (+1/4 − 1/4) / 2
    },
    { against: "random-reinit", round: 1, seeds: [{ seed: 1, onlyTicket: 2, onlyOther: 0, p: 0.5 }], difference: 0.5 },
  ]);
  // of the differences −½, 0, 0, ½ and their like means of four are within a half, and most of them well within
  expect([rows[0]!.low, rows[0]!.high].map((end) => Math.abs(end)).every((end) => end > 0.1 && end < 0.5)).toBe(true);
});

test("seeds that half a point needs are told of each level from the spread of its paired differences, and of one seed not", () => {
  // differences +1/4 and −1/4: s = 0.354, so ((t + z) · s / 0.005)² with many degrees of freedom
  const [needed] = pairedStatistics(levels, rng).seedsNeeded!.levels;
  const expected = (((1.96 + 0.8416) * Math.SQRT1_2) / 2 / 0.005) ** 2;
  expect(Math.abs(needed!.seeds - expected)).toBeLessThan(4);
  expect(pairedStatistics(levels.slice(0, 3), rng).seedsNeeded).toBeUndefined();

  // Standard deviations of half a point and of one: (2.262 + 0.842)² = 9.6 ≤ 10, and 4 · (2.035 + 0.842)² = 33.1 ≤ 34. Levels whose seeds do
  // not differ, or that collapsed, have none.
  const spreads = [0, 0.005, 0.01, 0, 0.02];
  const runs = [1, 2, 3].flatMap((seed) =>
    spreads.map((spread, round) => ({
      ...{ arm: round === 0 ? "dense" : "winning-ticket", round, seed, sparsity: 0.2 * round },
      ...{ testAccuracy: 0.75 + (seed - 2) * spread, collapsed: round === 4 ? ("chance" as const) : null },
    })),
  );
  expect(pairedStatistics(runs, rng).seedsNeeded).toEqual({
    difference: 0.005,
    levels: [
      { round: 1, seeds: 10 },
      { round: 2, seeds: 34 },
    ],
  });
});

test("scores that are no right and wrong have no McNemar, and results without scores no row", () => {
  const micro = [level("dense", 0, 1, [0.5, 1.2]), level("winning-ticket", 1, 1, [0.25, 1])];
  expect(pairedStatistics(micro, rng).rows[0]!.seeds).toEqual([]);
  const none = levels.slice(0, 2).map(({ testScores: _, ...rest }) => rest);
  expect(pairedStatistics(none, rng)).toEqual({ rows: [], seedsNeeded: undefined });
});
