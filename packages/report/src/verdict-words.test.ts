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

/** One seed, with scores of a thousand examples: so many of them right. */
function oneRun(right: Readonly<Record<string, readonly number[]>>, given: Partial<LevelResult> = {}): LevelResult[] {
  const scores = (count: number) => Float32Array.from({ length: 1000 }, (_, i) => Number(i < count));
  return [
    sampleLevel({ arm: "dense", round: 0, testScores: scores(900) }),
    ...Object.entries(right).flatMap(([arm, counts]) =>
      counts.map((count, i) => sampleLevel({ arm, round: i + 1, testScores: scores(count), ...given })),
    ),
  ];
}

/** Undecided: half a point is the margin. */
const LESS = -0.48;
const later = (arm: string) => (arm === "winning-ticket" ? { earlyStopStep: 350 } : {});

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

  test("says “up to” only where every denser sparsity matches too", () => {
    const controls = (rounds: number) => ({ "random-reinit": new Array<number>(rounds).fill(0.1) });
    const gaps = runs({ "winning-ticket": [0.1, LESS, 0.1, 0.1], ...controls(4) });
    expect(words(gaps).headline).toBe(
      "At 20, 48.8 and 59 % sparsity the ticket matches the dense network, but nowhere is it also shown to be better than its controls.",
    );
    expect(text(gaps)).toContain("At 59 %, the sparsest of these, test accuracy differs by");
    const lone = runs({ "winning-ticket": [LESS, 0.1], ...controls(2) });
    expect(words(lone).headline).toMatch(/^At 36 % sparsity the ticket matches the dense network, but nowhere/);
    expect(text(lone)).toContain("There, test accuracy differs by");
    expect(words(runs({ "winning-ticket": [0.1, 0.1, LESS], ...controls(3) })).headline).toMatch(
      /^Up to 36 % sparsity/,
    );
    const many = runs({ "winning-ticket": [LESS, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], ...controls(7) });
    expect(words(many).headline).toMatch(/^At 6 of 7 sparsities \(the sparsest 79 %\) the ticket matches the dense/);
  });

  test("says that a winning ticket learns later, since accuracy decides", () => {
    const better = { "winning-ticket": [0.2, 0.1], "random-reinit": [-1, -1] };
    expect(words(runs(better, later)).headline).toBe(
      "A winning ticket in accuracy, at 36 % sparsity, though it learns later: it matches the dense network and is better than its control.",
    );
    expect(words(runs({ "winning-ticket": [0.1] }, later)).headline).toBe(
      "At 20 % sparsity the ticket matches the dense network, though it learns later; no control was run, so whether its initial weights matter is not tested.",
    );
    // How fast the dense network learns is not known.
    const short = runs(better, (arm) => ({ ...later(arm), censored: arm === "dense" }));
    expect(words(short).headline).toMatch(
      /^A winning ticket in accuracy, .*, though its early-stopping step is later: /,
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
    const levels = oneRun({ "winning-ticket": [900], "random-reinit": [700] });
    expect(words(levels).headline).toBe(
      "One run, no claim: at 20 % sparsity the ticket matches the dense network and is better than its control, on these test examples.",
    );
    expect(text(levels)).toContain("not what another seed would (seed 1 was run), nor another split.");
    expect(words(oneRun({ "winning-ticket": [900] }, { earlyStopStep: 350 })).headline).toBe(
      "One run, no claim: at 20 % sparsity the ticket matches the dense network, on these test examples, though it learns later; no control was run, so whether its initial weights matter is not tested.",
    );
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
    expect(text(runs({ "winning-ticket": [0, 0, 0], "late-rewinding": [0.1, LESS, 0.1] }))).toContain(
      "Late rewinding matches the dense network at 20 and 48.8 % sparsity.",
    );
    expect(text(runs({ "winning-ticket": [0, 0], "late-rewinding": [-3, -4] }))).toContain(
      "Late rewinding is shown to match the dense network at no sparsity: refuted at all.",
    );
  });

  test("on late rewinding claim nothing of one run", () => {
    expect(text(oneRun({ "winning-ticket": [700], "late-rewinding": [900] }))).toContain(
      "One run, no claim: late rewinding matches the dense network up to 20 % sparsity.",
    );
    expect(text(oneRun({ "winning-ticket": [700], "late-rewinding": [700] }))).toContain(
      "One run, no claim: late rewinding is shown to match the dense network at no sparsity: refuted at all.",
    );
  });

  test("say once what intervals mean", () => {
    const said = text(runs({ "winning-ticket": [0, 0], "random-reinit": [-1, -1], "late-rewinding": [0, 0] }));
    expect(said.split("“Matches” means less accurate by no more than 0.5 points")).toHaveLength(2);
    expect(said).toContain(
      "± is half a 95 % interval over 3 seeds, for all 2 sparsities of a comparison at once; it holds for this split",
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
      runs({ "winning-ticket": new Array<number>(8).fill(0) }, (arm, _, seed) => (arm === "dense" ? wild(seed) : {})),
    ),
    "sparsities with gaps": judge(
      runs({
        "winning-ticket": [0.1, LESS, 0.1],
        "random-reinit": [0.1, 0.1, 0.1],
        "late-rewinding": [LESS, 0.1, 0.1],
      }),
    ),
    "many sparsities with a gap": judge(
      runs({
        "winning-ticket": [LESS, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1],
        "random-reinit": new Array<number>(7).fill(0.1),
        "late-rewinding": [LESS, 0, 0, 0, 0, 0, 0],
      }),
    ),
    "a winning ticket that learns later": judge(runs({ "winning-ticket": [0.1], "random-reinit": [-1] }, later)),
    "one that does so, without a control": judge(runs({ "winning-ticket": [0.1] }, later)),
    "one run": judge(oneRun({ "winning-ticket": [900], "random-reinit": [700], "late-rewinding": [900, 700] })),
    "one run without a control": judge(oneRun({ "winning-ticket": [900] }, { earlyStopStep: 350 })),
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

  test("neither claims more than the evidence nor hides that a ticket learns later", () => {
    const korean = (name: keyof typeof verdicts) => verdictWordsIn(verdicts[name], labelsOf("ko"));
    expect(korean("sparsities with gaps").headline).toMatch(/^희소성 20, 48\.8 %에서 티켓이 전체 신경망과 맞먹지만/);
    expect(korean("many sparsities with a gap").sentences).toContain(
      "늦은 되감기는 희소성 7개 가운데 6개(가장 희소한 것은 79 %)에서 전체 신경망과 맞먹습니다.",
    );
    expect(korean("a winning ticket that learns later").headline).toBe(
      "희소성 20 %의 티켓은 정확도로는 당첨 티켓이지만 전체 신경망보다 더 늦게 배웁니다: 전체 신경망과 맞먹고 대조군보다 낫습니다.",
    );
    expect(korean("one run without a control").headline).toBe(
      "한 번의 실행이므로 주장은 아닙니다: 이 시험 예시에서 희소성 20 %의 티켓은 전체 신경망과 맞먹지만 더 늦게 배웁니다. 대조군이 없어 초기 가중치의 몫은 검증되지 않았습니다.",
    );
    expect(korean("one run").sentences).toContain(
      "한 번의 실행이므로 주장은 아닙니다: 늦은 되감기는 희소성 20 %까지 전체 신경망과 맞먹습니다.",
    );
  });

  test("names the measure", () => {
    const { sentences } = verdictWordsIn(verdicts["another measure"], labelsOf("ko"));
    expect(sentences.join()).toContain("시험 micro-F1의 차이");
    expect(sentences.join()).not.toContain("정확도");
  });
});
