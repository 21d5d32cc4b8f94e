import { armLabel, type Comparison, type LevelVerdict, type Verdict } from "@ltt/lottery";
import { checkVerdict } from "@ltt/lottery/arguments";
import { type MatchedSparsities, matchedSparsities } from "./matched-sparsities.ts";
import { count, percent, pointsEstimate, sharePercent, sparsityPercent, trim } from "./numbers.ts";

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

function headlineOf(verdict: Verdict): string {
  const { basis, levels, winner } = verdict;
  if (winner !== undefined) return winnerIn(verdict, winner);
  const matching = matchedSparsities(levels);
  if (matching.sparsities.length > 0) {
    return claim(
      basis,
      `${where(matching)} the ticket matches the dense network, but nowhere is it also shown to be better than its controls.`,
    );
  }
  const undecided = levels.filter(({ standing }) => standing === "undecided").length;
  if (undecided === 0) return claim(basis, `no winning ticket: refuted at all ${levels.length} sparsities.`);
  return claim(
    basis,
    `no sparsity is shown to have a winning ticket: ${undecided} of ${levels.length} undecided, ${levels.length - undecided} refuted.`,
  );
}

/** Only what has beaten a control over several seeds is called a winning ticket. That it learns later is said here, since the verdict allows it. */
function winnerIn({ basis, controls, denseCensored }: Verdict, { sparsity, speed }: LevelVerdict): string {
  const beaten =
    controls.length === 0 ? "" : ` and is better than ${controls.length === 1 ? "its control" : "both controls"}`;
  const at = `at ${sparsityPercent(sparsity)} sparsity`;
  // Where training was too short to tell how fast the dense network learns, only the steps are known.
  const isLater = denseCensored.length === 0 ? "it learns later" : "its early-stopping step is later";
  const later = speed.noLater ? "" : `, though ${isLater}`;
  if (basis === "seeds" && controls.length > 0) {
    const name = later === "" ? `A winning ticket ${at}` : `A winning ticket in accuracy, ${at}${later}`;
    return `${name}: it matches the dense network${beaten}.`;
  }
  const examples = basis === "one run" ? ", on these test examples" : "";
  const untested =
    controls.length === 0 ? "; no control was run, so whether its initial weights matter is not tested" : "";
  return claim(basis, `${at} the ticket matches the dense network${beaten}${examples}${later}${untested}.`);
}

/** As much as the evidence allows: one run supports no claim. */
function claim(basis: Verdict["basis"], text: string): string {
  return basis === "one run" ? `One run, no claim: ${text}` : text[0]!.toUpperCase() + text.slice(1);
}

/** The sparsities of a statement, and no others: `up to 79 % sparsity`, `at 20, 67.2 and 79 % sparsity`. */
function where({ sparsities, judged, isUnbroken, areFew }: MatchedSparsities): string {
  const shares = sparsities.map(sharePercent);
  const sparsest = shares.at(-1)!;
  if (isUnbroken) return `up to ${sparsest} % sparsity`;
  if (!areFew) return `at ${shares.length} of ${judged} sparsities (the sparsest ${sparsest} %)`;
  const others = shares.slice(0, -1).join(", ");
  return `at ${others === "" ? "" : `${others} and `}${sparsest} % sparsity`;
}

function found({ levels, winner, measure = "accuracy" }: Verdict): string[] {
  const matching = levels.filter(({ dense }) => dense.standing === "supported");
  const shown = winner ?? matching.at(-1) ?? mostAccurate(levels);
  if (shown === undefined) return [];
  const isNamed = shown === winner || matching.length === 1;
  const which = isNamed
    ? "There"
    : `At ${sparsityPercent(shown.sparsity)}, the ${matching.length > 0 ? "sparsest of these" : "most accurate"}`;
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

function lateRewinding({ basis, lateRewinding: levels }: Verdict): string[] {
  if (levels.length === 0) return [];
  const matching = matchedSparsities(levels);
  if (matching.sparsities.length > 0) {
    return [claim(basis, `late rewinding matches the dense network ${where(matching)}.`)];
  }
  const undecided = levels.filter(({ standing }) => standing === "undecided").length;
  const rest = undecided === 0 ? "refuted at all" : `${undecided} of ${levels.length} undecided`;
  return [claim(basis, `late rewinding is shown to match the dense network at no sparsity: ${rest}.`)];
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
        "and nothing is called supported or refuted but what has collapsed; run more seeds.",
    );
  }
  return sentences;
}

function conditions({ basis, margin, seeds, levels, measure }: Verdict): string {
  const less = measure === undefined ? "less accurate" : `a lower ${measure}`;
  const matching = `“Matches” means ${less} by no more than ${trim(100 * margin)} points`;
  const together = levels.length === 1 ? "" : `, for all ${levels.length} sparsities of a comparison at once`;
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
