import type { LevelResult } from "@ltt/lottery";
import { expect, test } from "vitest";
import { transferNotes } from "./transfer-notes.ts";

const level = (arm: string, seed: number, round: number, testAccuracy: number): LevelResult =>
  ({ arm, seed, round, testAccuracy, testScores: new Float32Array(1000).fill(testAccuracy) }) as LevelResult;
const run = (seed: number, gain: number) => [
  level("dense", seed, 0, 0.7),
  ...[1, 2].flatMap((round) => [
    level("winning-ticket", seed, round, 0.7),
    level("transferred-ticket", seed, round, 0.7 + gain * round),
    level("transferred-random", seed, round, 0.6),
  ]),
];

test("differences are paired by seed, in points, with an interval for every round; arms that did not run have no line", () => {
  const notes = transferNotes([...run(1, 0.01), ...run(2, 0.02), ...run(3, 0.03)]);
  expect(notes).toHaveLength(3);
  // Means 2 and 4 points; standard deviations 1 and 2; t with 2 degrees of freedom at √0.95 two-sided is 6.164: 6.164 / √3 = 3.6, and twice that.
  expect(notes[0]).toBe(
    "transferred-ticket − dense, points of test accuracy, 95 % for all rounds together (seeds 1, 2, 3): round 1 +2.0 ± 3.6, round 2 +4.0 ± 7.1.",
  );
  expect(notes[2]).toContain("transferred-ticket − transferred-random, ");
  expect(notes[2]).toContain("round 1 +12.0 ± 3.6, round 2 +14.0 ± 7.1");
});

test("seeds that differ alike by chance do not make a difference certain", () => {
  // t with 1 degree of freedom at √0.95 two-sided is 25.1; a thousand examples: 25.1 · √(0.001²/6 / 2) is 0.7 points.
  expect(transferNotes([...run(1, 0.01), ...run(2, 0.01)])[0]).toContain("round 1 +1.0 ± 0.7, round 2 +2.0 ± 0.7");
});

test("differences to dense share one run a seed: of eight rounds they are Dunnett's, and a dense network that varies more is said", () => {
  const eight = (dense: number) =>
    [1, 2, 3].flatMap((seed) => [
      level("dense", seed, 0, 0.7 + dense * (seed - 2)),
      ...Array.from({ length: 8 }, (_, l) =>
        level("transferred-ticket", seed, l + 1, 0.7 + (l % 2 === 0 ? 0.01 : -0.01) * (seed - 2)),
      ),
    ]);
  // Residuals ±1, 0, ∓1 points of eight groups, none of dense: a variance of 1 with 16 degrees of freedom; Dunnett's d of 8 is 2.97: 2.97 · √(2/3) = 2.4.
  expect(transferNotes(eight(0))).toEqual([expect.stringMatching(/round 1 \+0\.0 ± 2\.4, .*round 8 \+0\.0 ± 2\.4\.$/)]);
  expect(transferNotes(eight(0.1))).toEqual([
    expect.stringMatching(/; dense varies more between seeds \(F test, 1 %\): the intervals are too narrow\.$/),
  ]);
});

test("they are of what the task measures", () => {
  expect(transferNotes(run(1, 0.01), "micro-F1")[0]).toMatch(/^transferred-ticket − dense, points of test micro-F1, /);
});

test("of one seed they are over test examples, and no claim; seeds that are not finished are left out", () => {
  const unfinished = run(2, 0.02).slice(0, 3);
  const [note] = transferNotes([...run(1, 0.01), ...unfinished]);
  expect(note).toMatch(/^transferred-ticket − dense, .*\(seed 1, over test examples: no claim\): round 1 \+1\.0 ± /);
});

test("other runs have none", () => {
  expect(transferNotes(run(1, 0).filter(({ arm }) => !arm.startsWith("transferred")))).toEqual([]);
});
