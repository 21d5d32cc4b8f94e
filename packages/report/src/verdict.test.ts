import type { LevelResult } from "@ltt/lottery";
import { describe, expect, test } from "vitest";
import { sampleLevel, sampleResults } from "./sample.ts";
import { judge } from "./verdict.ts";

const ticket = (round: number, given: Partial<LevelResult> = {}): LevelResult =>
  sampleLevel({ arm: "winning-ticket", round, ...given });
const dense = (given: Partial<LevelResult> = {}): LevelResult => sampleLevel({ arm: "dense", round: 0, ...given });
const text = (levels: readonly LevelResult[], profile = "corrected"): string => {
  const { headline, sentences } = judge(sampleResults(levels, { profile }));
  return [headline, ...sentences].join(" ");
};

describe("the winner", () => {
  test("is the sparsest level that is as accurate on validation data and stops no later", () => {
    const { winner } = judge(
      sampleResults([
        dense(),
        ticket(1, { validationAccuracy: 0.95 }),
        ticket(2), // exactly as good, exactly as early: meets the definition
        ticket(3, { validationAccuracy: 0.8799 }), // a little less accurate
        ticket(4, { validationAccuracy: 0.99, earlyStopStep: 301 }), // a little later
      ]),
    );
    expect(winner?.round).toBe(2);
  });

  test("owes nothing to test accuracy", () => {
    const worse = judge(sampleResults([dense(), ticket(1), ticket(2, { testAccuracy: 0.1 })]));
    expect(worse.winner?.round).toBe(2);
    const better = judge(sampleResults([dense(), ticket(1, { testAccuracy: 1, validationAccuracy: 0.8 })]));
    expect(better.winner).toBeUndefined();
  });

  test("is judged by means over seeds, and only over seeds that the dense network has too", () => {
    const levels = [
      dense({ seed: 1, validationAccuracy: 0.9 }),
      dense({ seed: 2, validationAccuracy: 0.8 }),
      ticket(1, { seed: 1, validationAccuracy: 0.87 }),
      ticket(1, { seed: 2, validationAccuracy: 0.84 }), // mean 0.855 against 0.85
      ticket(2, { seed: 1, validationAccuracy: 0.88 }), // above the dense mean, but below its own seed's dense network
      ticket(2, { seed: 3, validationAccuracy: 1 }), // no dense network to compare with
    ];
    expect(judge(sampleResults(levels)).winner?.round).toBe(1);
  });

  test("is never a random re-initialisation or a late rewinding", () => {
    const levels = [
      dense(),
      ticket(1, { validationAccuracy: 0 }),
      sampleLevel({ arm: "random-reinit", round: 2, validationAccuracy: 1 }),
    ];
    expect(judge(sampleResults(levels)).winner).toBeUndefined();
  });

  test("is never a network whose numbers are not numbers", () => {
    expect(judge(sampleResults([dense(), ticket(1, { validationAccuracy: Number.NaN })])).winner).toBeUndefined();
  });
});

describe("the text", () => {
  test("of a winner over seeds gives both test accuracies, their intervals and the paired difference", () => {
    const levels = [1, 2, 3].flatMap((seed) => [
      dense({ seed, testAccuracy: 0.86 + seed / 100 }),
      ticket(2, { seed, testAccuracy: 0.865 + seed / 100, earlyStopStep: 200 }),
      sampleLevel({ arm: "random-reinit", round: 2, seed, testAccuracy: 0.8 + seed / 50 }),
      sampleLevel({ arm: "late-rewinding", round: 2, seed }),
    ]);
    // s = 0.01 on both sides, t(2) · s / √3 = 2.48; the seeds cancel in the difference
    expect(text(levels)).toBe(
      "A winning ticket at 36 % sparsity: 64 % of the weights are enough. " +
        "Chosen on validation data as the sparsest of 1 pruned level that meets the definition: validation accuracy 88.00 % against 88.00 % of the dense network, early stopping at step 200 against 300. " +
        "Test accuracy, which had no part in the choice: 88.50 ± 2.48 % beside 88.00 ± 2.48 % of the dense network; paired difference +0.50 ± 0.00 points (95 %, 3 seeds), an interval that excludes 0. " +
        "Against the control, random re-initialisation at the same sparsity: 88.50 ± 2.48 % beside 84.00 ± 4.97 % of the control; paired difference +4.50 ± 2.48 points (95 %, 3 seeds), an interval that excludes 0. " +
        "Late rewinding meets the same definition up to 36 % sparsity.",
    );
  });

  test("of one seed claims nothing", () => {
    const one = text([dense({ seed: 7 }), ticket(1, { seed: 7 })]);
    expect(one).toMatch(/^At 20 % sparsity one run meets the definition of a winning ticket\./);
    expect(one).toMatch(/All of this is seed 7 alone, and one seed supports no claim\.$/);
    expect(text([dense(), ticket(1, { validationAccuracy: 0 })])).toContain("one seed supports no claim");
  });

  test("without a winner says so plainly, and how far the best was", () => {
    const none = "No winning ticket: no sparsity meets the definition on validation data. ";
    const best = "of the dense network and stops at step";
    expect(
      text([
        dense(),
        ticket(1, { validationAccuracy: 0.8, earlyStopStep: 400 }),
        ticket(2, { validationAccuracy: 0.7 }),
      ]),
    ).toContain(
      `${none}The best of 2 by validation accuracy, at 20 % sparsity, reaches 80.00 % against 88.00 % ${best} 400 against 300: less accurate and later.`,
    );
    expect(text([dense(), ticket(1, { validationAccuracy: 0.8 })])).toContain(
      "300 against 300: less accurate, though no later.",
    );
    expect(text([dense(), ticket(1, { earlyStopStep: 301 })])).toContain("301 against 300: as accurate, but later.");
  });

  test("without a dense network, or without tickets, gives no verdict", () => {
    expect(text([])).toBe("No verdict: there is no dense network to compare with.");
    expect(text([ticket(1)])).toBe("No verdict: there is no dense network to compare with.");
    expect(text([dense()])).toBe("No verdict: no winning-ticket network has been trained.");
    expect(text([dense(), ticket(1, { seed: 2 })])).toContain("No pruned network shares a seed with a dense one.");
  });

  test("names what the profile cannot support", () => {
    expect(text([dense(), ticket(1)], "quick")).toContain("The quick profile is a first look, never a claim.");
    expect(text([dense(), ticket(1)], "published-2020")).toMatch(
      /^With the published faults switched on, the network at 20 % sparsity/,
    );
    expect(text([dense(), ticket(1), ticket(2, { testAccuracy: 0.9 })], "published-2020")).toContain(
      "The publication chose the best of all levels by test accuracy; here that would be 36 % sparsity with 90.00 %. Such a choice sees the test set and flatters itself.",
    );
  });
});

test("two results for one arm, seed and round are refused: a mean would count the seed twice", () => {
  expect(() => judge(sampleResults([dense(), ticket(1), ticket(1)]))).toThrow(
    "report: there are two results for winning-ticket, seed 1, round 1",
  );
});
