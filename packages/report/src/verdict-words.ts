import { armLabel, type Comparison, type LevelVerdict, type Verdict } from "@ltt/lottery";
import { checkVerdict } from "@ltt/lottery/arguments";
import { count, percent, pointsEstimate, sparsityPercent, trim } from "./numbers.ts";

/** A verdict in words: a headline, and sentences that follow it, each a complete thought. */
export interface VerdictWords {
  readonly headline: string;
  readonly sentences: readonly string[];
}

/** What `judge` found, for people. What holds for all of it (margin, confidence, what intervals leave out) is said once, at the end. */
export function verdictWords(verdict: Verdict): VerdictWords {
  checkVerdict("verdictWords", "verdict", verdict);
  const { basis, reason, chosenBy, failedChecks } = verdict;
  const failures = failedChecks.map(({ check, detail }) => `The audit FAILED: ${check}: ${detail}.`);
  if (basis === "none") {
    const headline = `No verdict: ${reason}.`;
    return { headline: failures.length > 0 ? `${auditFailed(verdict)} ${headline}` : headline, sentences: failures };
  }
  if (failures.length > 0 || chosenBy === "test accuracy") {
    const headline = [
      ...(failures.length > 0 ? [auditFailed(verdict)] : []),
      ...(chosenBy === "test accuracy" ? [bestByTest(verdict)] : []),
    ].join(" ");
    return { headline, sentences: [...failures, ...excluded(verdict), conditions(verdict)] };
  }
  const sentences = [
    ...found(verdict),
    ...censoring(verdict),
    ...lateRewinding(verdict),
    ...excluded(verdict),
    conditions(verdict),
  ];
  return { headline: headlineOf(verdict), sentences };
}

/** Networks that are not what they are called show nothing. */
function auditFailed({ failedChecks }: Verdict): string {
  const others = failedChecks.length === 1 ? "" : ` and ${count(failedChecks.length - 1)} more`;
  return `AUDIT FAILED: ${failedChecks[0]!.check}${others}; no claim.`;
}

/** What a publication would have claimed. */
function bestByTest({ winner }: Verdict): string {
  if (winner === undefined) return "Chosen by test accuracy: nothing, for there are no levels.";
  return (
    `Chosen by test accuracy, no claim: ${sparsityPercent(winner.sparsity)} sparsity with ${percent(winner.testAccuracy)}, the ` +
    `dense network ${percent(winner.denseTestAccuracy)}. Such a choice sees the test set and flatters itself.`
  );
}

/** As much as the evidence allows: one run supports no claim. */
function headlineOf(verdict: Verdict): string {
  const { basis, levels, winner, controls } = verdict;
  const one = basis === "one run" ? "One run, no claim: " : "";
  const start = (text: string) => (one === "" ? text[0]!.toUpperCase() + text.slice(1) : one + text);
  if (winner !== undefined) {
    const beaten =
      controls.length === 0 ? "" : ` and is better than ${controls.length === 1 ? "its control" : "both controls"}`;
    const matches = `at ${sparsityPercent(winner.sparsity)} sparsity the ticket matches the dense network${beaten}`;
    if (one !== "") return `${one}${matches}, on these test examples.`;
    return controls.length === 0
      ? `${start(matches)}; no control was run, so whether its initial weights matter is not tested.`
      : `A winning ticket at ${sparsityPercent(winner.sparsity)} sparsity: it matches the dense network${beaten}.`;
  }
  const matching = levels.filter(({ dense }) => dense.standing === "supported");
  const sparsest = matching.at(-1);
  if (sparsest !== undefined) {
    return start(
      `up to ${sparsityPercent(sparsest.sparsity)} sparsity the ticket matches the dense network, ` +
        "but nowhere is it also shown to be better than its controls.",
    );
  }
  const undecided = levels.filter(({ standing }) => standing === "undecided").length;
  if (undecided === 0) return start(`no winning ticket: refuted at all ${levels.length} sparsities.`);
  return start(
    `no sparsity is shown to have a winning ticket: ${undecided} of ${levels.length} undecided, ${levels.length - undecided} refuted.`,
  );
}

function found({ levels, winner, measure = "accuracy" }: Verdict): string[] {
  const shown = winner ?? levels.findLast(({ dense }) => dense.standing === "supported") ?? mostAccurate(levels);
  if (shown === undefined) return [];
  const which =
    shown === winner || shown.dense.standing === "supported"
      ? "There"
      : `At ${sparsityPercent(shown.sparsity)}, the most accurate`;
  const differences = [shown.dense, ...shown.controls].map(
    (comparison) => `${pointsEstimate(comparison.difference)} against ${nameOf(comparison)} (${comparison.standing})`,
  );
  const { step, denseStep, noLater, earlier } = shown.speed;
  const speed = earlier ? "earlier than" : noLater ? "as early as" : "later than";
  return [
    `${which}, test ${measure} differs by ${differences.join(", ")}.`,
    `Its lowest validation loss comes ${speed} the dense network's: step ${count(step)} against ${count(denseStep)}.`,
  ];
}

function mostAccurate(levels: readonly LevelVerdict[]): LevelVerdict | undefined {
  return [...levels].sort((a, b) => b.dense.difference.mean - a.dense.difference.mean)[0];
}

function nameOf({ arm }: Comparison): string {
  return arm === "dense" ? "the dense network" : armLabel(arm);
}

function censoring({ denseCensored, levels, seeds }: Verdict): string[] {
  const sentences: string[] = [];
  if (denseCensored.length > 0) {
    const whose = seeds.length === 1 ? "" : ` of ${seedsOf(denseCensored)}`;
    sentences.push(
      `The dense network${whose} was best at its last step: training was too short to tell how fast it learns: train longer.`,
    );
  }
  const censored = levels.filter(({ speed }) => speed.censored > 0);
  if (censored.length > 0 && denseCensored.length === 0) {
    sentences.push(
      `Still improving at the last step were networks at ${censored.length} of ${levels.length} ` +
        "sparsities: their early-stopping steps are lower bounds.",
    );
  }
  return sentences;
}

function lateRewinding({ lateRewinding: levels }: Verdict): string[] {
  if (levels.length === 0) return [];
  const sparsest = levels.findLast(({ standing }) => standing === "supported");
  if (sparsest !== undefined) {
    return [`Late rewinding matches the dense network up to ${sparsityPercent(sparsest.sparsity)} sparsity.`];
  }
  const undecided = levels.filter(({ standing }) => standing === "undecided").length;
  const rest = undecided === 0 ? "refuted at all" : `${undecided} of ${levels.length} undecided`;
  return [`Late rewinding is shown to match the dense network at no sparsity: ${rest}.`];
}

function excluded({ levels, lateRewinding: late, leftOut, denseVariesMore, measure = "accuracy" }: Verdict): string[] {
  const sentences: string[] = [];
  const collapsed = [...levels, ...late].filter((level) => level.collapsed.length > 0);
  if (collapsed.length > 0) {
    const names = [...new Set(collapsed.map(({ arm }) => arm))].map((arm) => {
      const where = collapsed.filter((level) => level.arm === arm).map(({ sparsity }) => sparsityPercent(sparsity));
      return `${armLabel(arm)} at ${where.join(", ")}`;
    });
    sentences.push(
      `Collapsed, with a constant answer or ${measure === "accuracy" ? "chance accuracy" : `a ${measure} no better than one has`}, and ` +
        `so refuted: ${names.join("; ")}.`,
    );
  }
  if (leftOut.length > 0) sentences.push(`Not counted, since it is unfinished: ${seedsOf(leftOut)}.`);
  if (denseVariesMore) {
    sentences.push(
      `The dense network's ${measure} varies more between seeds than the pruned networks' (F test, 1 %): the intervals are too narrow, ` +
        "and nothing is called supported; run more seeds.",
    );
  }
  return sentences;
}

function conditions({ basis, margin, seeds, levels, measure }: Verdict): string {
  const less = measure === undefined ? "less accurate" : `a lower ${measure}`;
  const matching = `“Matches” means ${less} by no more than ${trim(100 * margin)} points`;
  const together = levels.length === 1 ? "" : `, for all ${levels.length} sparsities at once`;
  if (basis === "one run") {
    return (
      `${matching}. ± bounds what other test examples would change (95 %${together}), not what another seed would (seed ` +
      `${seeds[0]} was run), nor another split.`
    );
  }
  return `${matching}. ± is half a 95 % interval over ${seeds.length} seeds${together}; it holds for this split of the data.`;
}

function seedsOf(seeds: readonly number[]): string {
  return `${seeds.length === 1 ? "seed" : "seeds"} ${seeds.join(", ")}`;
}
