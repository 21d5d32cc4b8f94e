import { describe, expect, test } from "vitest";
import { winnerByTestAccuracy } from "./published-2020/winner-by-test-accuracy.ts";
import { type JudgedResult, judge } from "./verdict.ts";

const run = (
  arm: string,
  round: number,
  seed: number,
  points: number,
  given: Partial<JudgedResult> = {},
): JudgedResult => ({
  arm,
  round,
  seed,
  sparsity: 1 - 0.8 ** round,
  testAccuracy: 0.87 + points / 100,
  earlyStopStep: 300,
  censored: false,
  collapsed: null,
  ...given,
});

/** A spread of a tenth of a point that three seeds share with nobody. */
const spread = (seed: number, salt: number) => (((seed * 7 + salt * 3) % 5) - 2) / 20;

/** Arms whose levels differ from the dense network by so many points. */
function experiment(arms: Readonly<Record<string, readonly number[]>>, seeds: readonly number[] = [1, 2, 3]) {
  return seeds.flatMap((seed) => [
    run("dense", 0, seed, spread(seed, 0)),
    ...Object.entries(arms).flatMap(([arm, points], a) =>
      points.map((point, i) => run(arm, i + 1, seed, point + spread(seed, a + i + 1))),
    ),
  ]);
}

const standings = (results: readonly JudgedResult[]) => judge(results).levels.map(({ standing }) => standing);

describe("a level", () => {
  test("is supported if it matches the dense network and beats every control; refuted if it does neither or not one; else undecided", () => {
    const found = judge(
      experiment({
        "winning-ticket": [0.5, 0.5, -0.5, -5, 0.5],
        "random-reinit": [-2, 0.5, -2, -9, 4],
        "shuffled-init": [-2, -2, -2, -9, -2],
      }),
    );
    expect(found.levels.map(({ standing }) => standing)).toEqual([
      "supported",
      "undecided", // no better than one control
      "undecided", // half a point worse: at the margin itself
      "refuted",
      "refuted", // a control is better
    ]);
    expect(found.levels[1]!.dense.standing).toBe("supported");
    expect(found.levels[1]!.controls.map(({ arm, standing }) => [arm, standing])).toEqual([
      ["random-reinit", "undecided"],
      ["shuffled-init", "supported"],
    ]);
    expect(found.winner?.round).toBe(1);
    expect(found.controls).toEqual(["random-reinit", "shuffled-init"]);
  });

  test("is judged by the margin that is asked for", () => {
    const results = experiment({ "winning-ticket": [-1] });
    expect(standings(results)).toEqual(["refuted"]);
    expect(judge(results, { margin: 0.02 }).levels[0]!.standing).toBe("supported");
    expect(() => judge(results, { margin: 1.5 })).toThrow("judge: margin is 1.5; it is in [0, 1)");
  });

  test("that collapsed is refuted however accurate, and does not widen the others' intervals", () => {
    const results = experiment({ "winning-ticket": [0.5, 0.5, 0.5] });
    const alone = judge(results);
    const collapsing = results.map((result) =>
      result.round === 2 && result.seed === 3
        ? { ...result, collapsed: "constant" as const, testAccuracy: 0.99 }
        : result,
    );
    const { levels, winner } = judge(collapsing);
    expect(levels.map(({ standing, collapsed }) => [standing, collapsed])).toEqual([
      ["supported", []],
      ["refuted", [3]],
      ["supported", []],
    ]);
    expect(winner?.round).toBe(3);
    expect(levels[0]!.dense.difference.halfWidth).toBeLessThan(2 * alone.levels[0]!.dense.difference.halfWidth);
  });

  test("that is the only one is judged by Student's t of its paired differences", () => {
    const { levels } = judge(
      [1, 2, 3].flatMap((seed) => [
        run("dense", 0, seed, seed),
        run("winning-ticket", 1, seed, seed + [0.1, 0.2, 0.3][seed - 1]!),
      ]),
    );
    // Differences 0.1, 0.2, 0.3 points: mean 0.2, s = 0.1; t(2) at 95.6 % is 4.6065: 4.6065 · 0.1 / √3.
    expect(100 * levels[0]!.dense.difference.mean).toBeCloseTo(0.2, 10);
    expect(100 * levels[0]!.dense.difference.halfWidth).toBeCloseTo(0.266, 3);
  });

  test("whose seeds score the same by chance is not thereby certain", () => {
    const tied = (examples: number) =>
      judge(
        [1, 2].flatMap((seed) => [
          run("dense", 0, seed, 0, { testScores: new Float32Array(examples) }),
          run("winning-ticket", 1, seed, 0, { testScores: new Float32Array(examples) }),
        ]),
      ).levels[0]!;
    // t(1) at 95.6 % is 14.447: 14.447 · √(2 · (1/200)²/12 / 2) is 2.1 points, more than the margin.
    expect(tied(200).dense.difference.halfWidth).toBeCloseTo(0.02085, 4);
    expect(tied(200).standing).toBe("undecided");
    expect(tied(10_000).standing).toBe("supported");
  });

  test("has its learning speed beside it: no later, earlier, and how many runs were still improving", () => {
    const results = experiment({ "winning-ticket": [0, 0, 0] }).map((result) => ({
      ...result,
      earlyStopStep: [300, 300, 299, 301][result.round]!,
      censored: result.round === 3,
    }));
    const { levels, denseCensored } = judge(results);
    expect(levels.map(({ speed }) => [speed.noLater, speed.earlier, speed.censored])).toEqual([
      [true, false, 0],
      [true, true, 0],
      [false, false, 3],
    ]);
    expect(denseCensored).toEqual([]);
    expect(judge(results.map((result) => ({ ...result, censored: true }))).denseCensored).toEqual([1, 2, 3]);
  });
});

describe("the winner", () => {
  const results = experiment({ "winning-ticket": [0.5, 0.9, 0.7], "random-reinit": [-2, -2, -2] });
  const passed = { check: "Masks are nested", passed: true, detail: "3 networks" };
  const failed = { check: "Pruned weights stayed pruned", passed: false, detail: "winning-ticket, seed 1, round 1: w" };

  test("is none where a check of the audit failed, and the checks are in the verdict", () => {
    const sound = judge(results, { audit: [passed] });
    expect([sound.winner?.round, sound.chosenBy, sound.failedChecks]).toEqual([3, "intervals", []]);
    const unsound = judge(results, { audit: [passed, failed] });
    expect([unsound.winner, unsound.failedChecks]).toEqual([undefined, [failed]]);
    expect(unsound.levels).toEqual(sound.levels);
    expect(judge([], { audit: [failed] }).failedChecks).toEqual([failed]);
  });

  test("is the best by test accuracy where that fault is asked for, whatever the intervals and the audit say", () => {
    for (const audit of [[passed], [failed]]) {
      const { winner, chosenBy } = judge(results, { select: winnerByTestAccuracy, audit });
      expect([winner?.round, chosenBy]).toEqual([2, "test accuracy"]);
    }
    const worse = experiment({ "winning-ticket": [-5, -4, -9] });
    expect(judge(worse).winner).toBeUndefined();
    expect(judge(worse, { select: winnerByTestAccuracy }).winner?.round).toBe(2);
  });

  test("is one of the levels", () => {
    const [level] = judge(results).levels;
    expect(() => judge(results, { select: () => ({ ...level! }) })).toThrow(
      "judge: select chose none of the levels that it was given",
    );
    expect(() => winnerByTestAccuracy([])).toThrow("winnerByTestAccuracy: there are no levels");
  });
});

describe("the seeds", () => {
  test("that have fewer levels are left out, and said", () => {
    const results = experiment({ "winning-ticket": [0, 0], "random-reinit": [-2, -2] });
    const { seeds, leftOut, levels } = judge(results.filter(({ seed, round }) => seed !== 2 || round < 2));
    expect([seeds, leftOut, levels.length]).toEqual([[1, 3], [2], 2]);
  });

  test("that lack a control which others have are left out, and a level is not supported while a control is missing", () => {
    const results = experiment({ "winning-ticket": [0.5, 0.5], "random-reinit": [-2, -2] });
    const isControl = ({ arm }: JudgedResult) => arm === "random-reinit";
    const without = (isGone: (run: JudgedResult) => boolean) => judge(results.filter((run) => !isGone(run)));
    expect(judge(results).winner?.round).toBe(2);
    const { seeds, leftOut, levels } = without((run) => isControl(run) && run.seed === 3);
    expect([seeds, leftOut, levels.map(({ controls }) => controls.length)]).toEqual([[1, 2], [3], [1, 1]]);
    // of every seed the last one is still to come
    const later = without((run) => isControl(run) && run.round === 2);
    expect(later.levels.map(({ standing }) => standing)).toEqual(["supported", "undecided"]);
    expect([later.winner?.round, later.leftOut]).toEqual([1, []]);
  });

  test("of which there is one are judged over test examples, simultaneously", () => {
    const scores = (right: number) => Float32Array.from({ length: 400 }, (_, i) => Number(i < right));
    const results = [
      run("dense", 0, 1, 0, { testAccuracy: 0.85, testScores: scores(340) }),
      run("winning-ticket", 1, 1, 0, { testAccuracy: 0.95, testScores: scores(380) }),
      run("winning-ticket", 2, 1, 0, { testAccuracy: 0.85, testScores: scores(340) }),
    ];
    const { basis, levels } = judge(results);
    expect(basis).toBe("one run");
    // 40 of 400 differ by 1; z at √0.956 two-sided is 2.2861, so z²/2 = 2.6131 more examples: sum 40, squares 40 + 1.3066, 402.6131 in all.
    const variance = 41.3066 / 402.6131 - (40 / 402.6131) ** 2;
    expect(levels[0]!.dense.difference.mean).toBeCloseTo(0.1, 12);
    expect(levels[0]!.dense.difference.halfWidth).toBeCloseTo(2.2861 * Math.sqrt(variance / 402.6131), 5);
    // The same answers on all: √1.3066 · 2.2861 / 402.6131 is 0.65 points, more than the margin.
    expect(levels[1]!.dense.difference.mean).toBe(0);
    expect(levels[1]!.dense.difference.halfWidth).toBeCloseTo(0.00649, 5);
    expect(levels.map(({ standing }) => standing)).toEqual(["supported", "undecided"]);
    const unknown = judge(results.map(({ testScores, ...rest }) => rest));
    expect(unknown.levels.map(({ standing }) => standing)).toEqual(["undecided", "undecided"]);
  });

  test("whose dense network varies more than all its levels support nothing, and refute nothing", () => {
    const steady = { "winning-ticket": new Array<number>(8).fill(0) };
    const wild = experiment(steady).map((result) =>
      result.round === 0 ? { ...result, testAccuracy: 0.87 + (result.seed - 2) / 50 } : result,
    );
    const { denseVariesMore, levels } = judge(wild);
    expect(denseVariesMore).toBe(true);
    expect(new Set(levels.map(({ dense }) => dense.standing))).toEqual(new Set(["undecided"]));
    const worse = wild.map((run) => (run.round === 0 ? run : { ...run, testAccuracy: run.testAccuracy - 0.05 }));
    expect(new Set(judge(worse).levels.map(({ standing }) => standing))).toEqual(new Set(["undecided"]));
    expect(judge(experiment(steady)).denseVariesMore).toBe(false);
  });
});

describe("nothing is said", () => {
  test.each([
    [[], "there is no dense network to compare with"],
    [[run("dense", 0, 1, 0)], "no winning-ticket network has been trained"],
    [[run("dense", 0, 1, 0), run("winning-ticket", 1, 2, 0)], "no pruned network shares a seed with a dense one"],
    [
      [run("dense", 0, 1, 0, { collapsed: "chance" }), run("winning-ticket", 1, 1, 0)],
      "the dense network of seed 1 has learnt nothing: train it longer, or at another rate",
    ],
  ])("%#", (results, reason) => {
    expect(judge(results)).toMatchObject({ basis: "none", reason, levels: [], winner: undefined });
  });

  test("of two results for one network", () => {
    const twice = [run("dense", 0, 1, 0), run("dense", 0, 1, 0)];
    expect(() => judge(twice)).toThrow("judge: there are two results for dense, seed 1, round 0");
  });
});

test("late rewinding is judged too, against the dense network alone", () => {
  const { lateRewinding } = judge(experiment({ "winning-ticket": [0, 0], "late-rewinding": [0.1, -9] }));
  expect(lateRewinding.map(({ standing, controls }) => [standing, controls])).toEqual([
    ["supported", []],
    ["refuted", []],
  ]);
});
