import { estimate, type LevelResult, mean, pairedDifference } from "@ltt/lottery";
import type { ReportInput } from "./input.ts";
import { count, percent, percentEstimate, pointsEstimate, sparsityPercent } from "./numbers.ts";
import { type ArmSummary, type LevelSummary, pairs, type Summary, summarise } from "./summary.ts";

/** What the results say about the hypothesis. */
export interface Verdict {
  /** The chosen level of the winning-ticket arm, or `undefined` if none meets the definition. */
  readonly winner: LevelSummary | undefined;
  readonly headline: string;
  /** Sentences that follow the headline, each a complete thought. */
  readonly sentences: readonly string[];
}

/**
 * The verdict by the definition of Frankle & Carbin (ICLR 2019, §1), **on validation data**: the sparsest level of the winning-ticket
 * arm whose mean validation accuracy is at least the dense network's, and whose mean early-stopping step is no later, over the seeds that
 * both have. Test accuracy is only reported beside it: a winner chosen by test accuracy is the best of 20 coin tosses.
 */
export function judge(results: ReportInput): Verdict {
  const summary = summarise(results.levels);
  const { dense } = summary;
  const tickets = summary.arms.find(({ arm }) => arm === "winning-ticket");
  if (dense === undefined) return nothing("No verdict: there is no dense network to compare with.");
  if (tickets === undefined) return nothing("No verdict: no winning-ticket network has been trained.");

  const levels = tickets.levels.filter(({ round }) => round > 0);
  const winner = sparsestWinner(tickets, dense);
  const found =
    winner === undefined
      ? noWinner(levels, dense)
      : describeWinner(winner, dense, levels.length, summary, results.profile);
  const sentences = [...found.slice(1), ...lateRewinding(summary, dense), ...caveats(results, summary, tickets)];
  return { winner, headline: found[0]!, sentences };
}

function nothing(headline: string): Verdict {
  return { winner: undefined, headline, sentences: [] };
}

interface Comparison {
  readonly accuracy: number;
  readonly denseAccuracy: number;
  readonly step: number;
  readonly denseStep: number;
}

/** Both sides over the seeds they share: a seed that only one of them has must not tip the balance. */
function compare(level: LevelSummary, dense: LevelSummary): Comparison | undefined {
  const both = pairs(level, dense);
  if (both.length === 0) return undefined;
  return {
    accuracy: mean(both.map(([run]) => run.validationAccuracy)),
    denseAccuracy: mean(both.map(([, run]) => run.validationAccuracy)),
    step: mean(both.map(([run]) => run.earlyStopStep)),
    denseStep: mean(both.map(([, run]) => run.earlyStopStep)),
  };
}

function sparsestWinner({ levels }: ArmSummary, dense: LevelSummary): LevelSummary | undefined {
  const winners = levels.filter((level) => level.round > 0 && wins(level, dense));
  return winners.sort((a, b) => b.sparsity - a.sparsity)[0];
}

function wins(level: LevelSummary, dense: LevelSummary): boolean {
  const sides = compare(level, dense);
  return sides !== undefined && sides.accuracy >= sides.denseAccuracy && sides.step <= sides.denseStep;
}

function describeWinner(
  winner: LevelSummary,
  dense: LevelSummary,
  tried: number,
  summary: Summary,
  profile: string,
): string[] {
  const { accuracy, denseAccuracy, step, denseStep } = compare(winner, dense)!;
  const sentences = [
    headlineOf(winner, pairs(winner, dense).length, profile),
    `Chosen on validation data as the sparsest of ${tried} pruned ${tried === 1 ? "level that meets" : "levels that meet"} the definition: validation accuracy ` +
      `${percent(accuracy)} against ${percent(denseAccuracy)} of the dense network, early stopping at step ${count(step)} against ${count(denseStep)}.`,
    `Test accuracy, which had no part in the choice: ${beside(winner, dense, "the dense network")}.`,
  ];
  const control = summary.arms.find(({ arm }) => arm === "random-reinit");
  const same = control?.levels.find(({ round }) => round === winner.round);
  if (same !== undefined) {
    sentences.push(
      `Against the control, random re-initialisation at the same sparsity: ${beside(winner, same, "the control")}.`,
    );
  }
  return sentences;
}

/** As much as the evidence allows: one seed, or faults that are switched on, support no plain statement. */
function headlineOf({ sparsity }: LevelSummary, seeds: number, profile: string): string {
  const percentage = sparsityPercent(sparsity);
  if (profile === "published-2020") {
    return `With the published faults switched on, the network at ${percentage} sparsity meets the definition of a winning ticket.`;
  }
  if (seeds === 1) return `At ${percentage} sparsity one run meets the definition of a winning ticket.`;
  return `A winning ticket at ${percentage} sparsity: ${sparsityPercent(1 - sparsity)} of the weights are enough.`;
}

/** `88.10 ± 0.30 % beside 87.90 ± 0.20 % of the dense network; paired difference +0.20 ± 0.35 points (95 %, 3 seeds)` */
function beside(winner: LevelSummary, other: LevelSummary, name: string): string {
  const both = pairs(winner, other);
  if (both.length === 0) return `no seed in common with ${name}`;
  const accuracies = (side: 0 | 1): number[] => both.map((pair: readonly LevelResult[]) => pair[side]!.testAccuracy);
  const values = `${percentEstimate(estimate(accuracies(0)))} beside ${percentEstimate(estimate(accuracies(1)))} of ${name}`;
  const difference = pairedDifference(accuracies(0), accuracies(1));
  if (both.length === 1) return `${values}, a difference of ${pointsEstimate(difference)} (one seed)`;
  const meaning =
    Math.abs(difference.mean) <= difference.halfWidth
      ? ", an interval that contains 0"
      : ", an interval that excludes 0";
  return `${values}; paired difference ${pointsEstimate(difference)} (95 %, ${both.length} seeds)${meaning}`;
}

function noWinner(levels: readonly LevelSummary[], dense: LevelSummary): string[] {
  const sentences = ["No winning ticket: no sparsity meets the definition on validation data."];
  const best = levels
    .map((level) => ({ level, sides: compare(level, dense) }))
    .filter(({ sides }) => sides !== undefined)
    .sort((a, b) => b.sides!.accuracy - a.sides!.accuracy)[0];
  if (best === undefined) return [...sentences, "No pruned network shares a seed with a dense one."];
  const { accuracy, denseAccuracy, step, denseStep } = best.sides!;
  sentences.push(
    `The best of ${levels.length} by validation accuracy, at ${sparsityPercent(best.level.sparsity)} sparsity, reaches ${percent(accuracy)} against ` +
      `${percent(denseAccuracy)} of the dense network and stops at step ${count(step)} against ${count(denseStep)}: ` +
      `${shortfall(best.sides!)}.`,
    `Its test accuracy: ${beside(best.level, dense, "the dense network")}.`,
  );
  return sentences;
}

function shortfall({ accuracy, denseAccuracy, step, denseStep }: Comparison): string {
  if (accuracy >= denseAccuracy) return "as accurate, but later";
  return step > denseStep ? "less accurate and later" : "less accurate, though no later";
}

function lateRewinding({ arms }: Summary, dense: LevelSummary): string[] {
  const late = arms.find(({ arm }) => arm === "late-rewinding");
  if (late === undefined) return [];
  const winner = sparsestWinner(late, dense);
  if (winner === undefined) return ["Late rewinding meets the same definition at no sparsity."];
  return [`Late rewinding meets the same definition up to ${sparsityPercent(winner.sparsity)} sparsity.`];
}

function caveats({ profile }: ReportInput, { seeds }: Summary, tickets: ArmSummary): string[] {
  const sentences: string[] = [];
  if (seeds.length === 1) {
    sentences.push(`All of this is seed ${seeds[0]} alone, and one seed supports no claim.`);
  }
  if (profile === "quick") sentences.push("The quick profile is a first look, never a claim.");
  if (profile === "published-2020") {
    const best = [...tickets.levels]
      .filter(({ round }) => round > 0)
      .sort((a, b) => b.testAccuracy.mean - a.testAccuracy.mean)[0];
    if (best !== undefined) {
      sentences.push(
        `The publication chose the best of all levels by test accuracy; here that would be ${sparsityPercent(best.sparsity)} sparsity with ` +
          `${percentEstimate(best.testAccuracy)}. Such a choice sees the test set and flatters itself.`,
      );
    }
  }
  return sentences;
}
