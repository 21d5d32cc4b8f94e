import { judge, type LevelResult, winnerByTestAccuracy } from "@ltt/lottery";
import { describe, expect, test } from "vitest";
import { labelsOf } from "./language.ts";
import { sampleLevel } from "./sample.ts";
import { verdictWords } from "./verdict-words.ts";
import { verdictWordsIn } from "./verdict-words-in.ts";

/** Three seeds of a dense network and of arms whose accuracies differ from it by so many points, each with a spread of its own. */
function runs(
  points: Readonly<Record<string, readonly number[]>>,
  given: (arm: string, round: number, seed: number) => Partial<LevelResult> = () => ({}),
  seeds = [1, 2, 3],
): LevelResult[] {
  return seeds.flatMap((seed) => [
    sampleLevel({ arm: "dense", round: 0, seed, testAccuracy: 0.87 + seed / 1000, ...given("dense", 0, seed) }),
    ...Object.entries(points).flatMap(([arm, differences]) =>
      differences.map((difference, i) => {
        const wobble = (((seed * (i + 2) * (arm.length + 1)) % 5) - 2) / 10_000;
        const testAccuracy = 0.87 + seed / 1000 + difference / 100 + wobble;
        return sampleLevel({ arm, round: i + 1, seed, testAccuracy, ...given(arm, i + 1, seed) });
      }),
    ),
  ]);
}

const words = (levels: readonly LevelResult[]) => verdictWords(judge(levels));
const text = (levels: readonly LevelResult[]) => Object.values(words(levels)).flat().join("\n");

describe("a headline that claims nothing", () => {
  const levels = runs({ "winning-ticket": [0.2, 0.1, -3], "random-reinit": [-1, -1, -3] });
  const audit = ["Masks are nested", "Cuts removed the lowest scores"].map((check) => ({
    check,
    passed: false,
    detail: "winning-ticket, seed 1, round 2: linear.weight",
  }));

  test("says that the audit failed, and where", () => {
    const { headline, sentences } = verdictWords(judge(levels, { audit: audit.slice(0, 1) }));
    expect(headline).toBe("AUDIT FAILED: Masks are nested; no claim.");
    expect(sentences[0]).toBe("The audit FAILED: Masks are nested: winning-ticket, seed 1, round 2: linear.weight.");
    expect(sentences.join()).not.toContain("differs by");
    expect(verdictWords(judge(levels, { audit })).headline).toBe(
      "AUDIT FAILED: Masks are nested and 1 more; no claim.",
    );
    expect(verdictWords(judge([], { audit })).headline).toBe(
      "AUDIT FAILED: Masks are nested and 1 more; no claim. No verdict: there is no dense network to compare with.",
    );
  });

  test("says that a winner is chosen by test accuracy", () => {
    const flattering =
      /^Chosen by test accuracy, no claim: 20 % sparsity with 87\.\d+ %, the dense network 87\.\d+ %\. Such a choice sees the test set and flatters itself\.$/;
    expect(verdictWords(judge(levels, { select: winnerByTestAccuracy })).headline).toMatch(flattering);
    const both = verdictWords(judge(levels, { select: winnerByTestAccuracy, audit })).headline;
    const [failure, ...choice] = both.split("no claim. ");
    expect(failure).toBe("AUDIT FAILED: Masks are nested and 1 more; ");
    expect(choice.join("")).toMatch(flattering);
  });
});

describe("the headline", () => {
  test("is the sparsest supported level", () => {
    const levels = runs({
      "winning-ticket": [0.2, 0.1, -3],
      "random-reinit": [-1, -1, -3],
      "shuffled-init": [-1, -1, -4],
    });
    expect(words(levels).headline).toBe(
      "A winning ticket at 36 % sparsity: it matches the dense network and is better than both controls.",
    );
    expect(text(levels)).toMatch(
      /There, test accuracy differs by \+0\.\d+ ± 0\.\d+ points against the dense network \(supported\), \+1\.\d+ ± 0\.\d+ points against random re-initialisation \(supported\), \+1\.\d+ ± 0\.\d+ points against shuffled initial weights \(supported\)\./,
    );
  });

  test("claims nothing of initial weights where a control does as well, or none was run", () => {
    expect(words(runs({ "winning-ticket": [0.1], "random-reinit": [0.1] })).headline).toBe(
      "Up to 20 % sparsity the ticket matches the dense network, but nowhere is it also shown to be better than its controls.",
    );
    expect(words(runs({ "winning-ticket": [0.1] })).headline).toBe(
      "At 20 % sparsity the ticket matches the dense network; no control was run, so whether its initial weights matter is not tested.",
    );
  });

  test("counts what is refuted and what is undecided", () => {
    expect(words(runs({ "winning-ticket": [-3, -4], "random-reinit": [-5, -5] })).headline).toBe(
      "No winning ticket: refuted at all 2 sparsities.",
    );
    expect(words(runs({ "winning-ticket": [-0.48, -4], "random-reinit": [-5, -5] })).headline).toBe(
      "No sparsity is shown to have a winning ticket: 1 of 2 undecided, 1 refuted.",
    );
  });

  test("of one seed claims nothing", () => {
    const scores = (right: number) => Float32Array.from({ length: 1000 }, (_, i) => Number(i < right));
    const levels = runs(
      { "winning-ticket": [0], "random-reinit": [0] },
      (arm) => ({ testScores: scores(arm === "random-reinit" ? 700 : 900) }),
      [1],
    );
    expect(words(levels).headline).toBe(
      "One run, no claim: at 20 % sparsity the ticket matches the dense network and is better than its control, on these test examples.",
    );
    expect(text(levels)).toContain("not what another seed would (seed 1 was run), nor another split.");
  });
});

describe("the sentences", () => {
  test("tell of training that was too short, and say what to do", () => {
    const short = runs({ "winning-ticket": [0] }, (arm) => ({ censored: arm === "dense" }));
    expect(text(short)).toContain(
      "The dense network of seeds 1, 2, 3 was best at its last step: training was too short to tell how fast it learns: train longer.",
    );
    const some = runs({ "winning-ticket": [0, 0] }, (_, round) => ({ censored: round === 2 }));
    expect(text(some)).toContain("Still improving at the last step were networks at 1 of 2 sparsities");
  });

  test("name what collapsed, and what was not counted", () => {
    const collapsed = runs({ "winning-ticket": [0, -30] }, (_, round) =>
      round === 2 ? { collapsed: "constant" } : {},
    );
    expect(text(collapsed)).toContain(
      "Collapsed, with a constant answer or chance accuracy, and so refuted: winning ticket at 36 %.",
    );
    const unfinished = runs({ "winning-ticket": [0, 0] }).filter(({ seed, round }) => seed !== 3 || round < 2);
    expect(text(unfinished)).toContain("Not counted, since it is unfinished: seed 3.");
  });

  test("say how far late rewinding matches", () => {
    expect(text(runs({ "winning-ticket": [0, 0], "late-rewinding": [0.1, -0.1] }))).toContain(
      "Late rewinding matches the dense network up to 36 % sparsity.",
    );
    expect(text(runs({ "winning-ticket": [0, 0], "late-rewinding": [-3, -4] }))).toContain(
      "Late rewinding is shown to match the dense network at no sparsity: refuted at all.",
    );
  });

  test("say once what intervals mean", () => {
    const said = text(runs({ "winning-ticket": [0, 0], "random-reinit": [-1, -1], "late-rewinding": [0, 0] }));
    expect(said.split("“Matches” means less accurate by no more than 0.5 points")).toHaveLength(2);
    expect(said).toContain(
      "± is half a 95 % interval over 3 seeds, for all 2 sparsities at once; it holds for this split",
    );
  });
});

/** What an English verdict says, a Korean one says too. */
describe("in Korean", () => {
  const failed = [1, 2].map((i) => ({ check: `Check ${i}`, passed: false, detail: "winning-ticket, seed 1, round 2" }));
  const usual = runs({ "winning-ticket": [0.1, -3], "random-reinit": [-1, -3], "late-rewinding": [0, -3] });
  const wild = (seed: number) => ({ testAccuracy: 0.87 + [0, -0.05, 0.05][seed - 1]! });
  const verdicts = {
    "a winning ticket": judge(usual),
    "late rewinding that fails": judge(runs({ "winning-ticket": [0, 0], "late-rewinding": [-3, -4] })),
    "no control": judge(runs({ "winning-ticket": [0.1] })),
    "a failed audit": judge(usual, { audit: failed }),
    "a choice by test accuracy": judge(usual, { select: winnerByTestAccuracy }),
    "both of these": judge(usual, { select: winnerByTestAccuracy, audit: failed }),
    "no verdict": judge([], { audit: failed }),
    "short training": judge(runs({ "winning-ticket": [0] }, (arm) => ({ censored: arm === "dense" }))),
    "networks that still improve": judge(runs({ "winning-ticket": [0, 0] }, (_, round) => ({ censored: round === 2 }))),
    "networks that collapsed": judge(
      runs({ "winning-ticket": [0, -30] }, (_, round) => (round === 2 ? { collapsed: "constant" } : {})),
    ),
    "an unfinished seed": judge(
      runs({ "winning-ticket": [0, 0] }).filter(({ seed, round }) => seed !== 3 || round < 2),
    ),
    "a dense network that varies": judge(
      runs({ "winning-ticket": [0, 0, 0, 0] }, (arm, _, seed) => (arm === "dense" ? wild(seed) : {})),
    ),
    "another measure": { ...judge(usual), measure: "micro-F1" },
  };
  const numbers = (said: { readonly headline: string; readonly sentences: readonly string[] }) =>
    [...new Set([said.headline, ...said.sentences].join(" ").match(/\d[\d.,]*/g))].map((one) =>
      one.replace(/[.,]$/, ""),
    );

  test.each(Object.entries(verdicts))("%s: as many sentences, with the same numbers", (_, verdict) => {
    const [english, korean] = [verdictWords(verdict), verdictWordsIn(verdict, labelsOf("ko"))];
    expect(korean.sentences).toHaveLength(english.sentences.length);
    expect(new Set(numbers(korean))).toEqual(new Set(numbers(english)));
    for (const said of [korean.headline, ...korean.sentences]) expect(said).toMatch(/[가-힣]/);
  });

  test("of what the table is about", () => {
    expect(verdicts["a dense network that varies"].denseVariesMore).toBe(true);
    expect(verdicts["an unfinished seed"].leftOut).toEqual([3]);
  });

  test("names the measure", () => {
    const { sentences } = verdictWordsIn(verdicts["another measure"], labelsOf("ko"));
    expect(sentences.join()).toContain("시험 micro-F1의 차이");
    expect(sentences.join()).not.toContain("정확도");
  });
});
