import type { LevelResult } from "@ltt/lottery";
import { expect, test } from "vitest";
import { transferNotes } from "./transfer-notes.ts";

const level = (arm: string, seed: number, round: number, testAccuracy: number): LevelResult =>
  ({ arm, seed, round, testAccuracy, testScores: Float32Array.of(1, 0, 1, testAccuracy) }) as LevelResult;
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
  // Means 2 and 4 points; variances 1² and 2², pooled 2.5 with 4 degrees of freedom; t at √0.95 two-sided is 3.483: 3.483 · √(2.5 / 3) = 3.2.
  expect(notes[0]).toBe(
    "transferred-ticket − dense, points of test accuracy, 95 % for all rounds together (seeds 1, 2, 3): round 1 +2.0 ± 3.2, round 2 +4.0 ± 3.2.",
  );
  expect(notes[2]).toContain("transferred-ticket − transferred-random, ");
  expect(notes[2]).toContain("round 1 +12.0 ± 3.2, round 2 +14.0 ± 3.2");
});

test("of one seed they are over test examples, and no claim; seeds that are not finished are left out", () => {
  const unfinished = run(2, 0.02).slice(0, 3);
  const [note] = transferNotes([...run(1, 0.01), ...unfinished]);
  expect(note).toMatch(/^transferred-ticket − dense, .*\(seed 1, over test examples: no claim\): round 1 \+0\.2 ± /);
});

test("other runs have none", () => {
  expect(transferNotes(run(1, 0).filter(({ arm }) => !arm.startsWith("transferred")))).toEqual([]);
});
