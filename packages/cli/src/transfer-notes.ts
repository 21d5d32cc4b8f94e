import {
  type DifferencesFromControl,
  differenceOverExamples,
  differencesFromControl,
  type Family,
  type Interval,
  type LevelResult,
  pairedDifferences,
  TRANSFER_ARMS,
} from "@ltt/lottery";

const CONFIDENCE = 0.95;

/** What a transferred ticket is compared with, and the mask alone. */
const COMPARED = [
  ["transferred-ticket", "dense"],
  ["transferred-ticket", "winning-ticket"],
  ["transferred-ticket", "transferred-random"],
  ["transferred-mask", "winning-ticket"],
  ["transferred-mask", "transferred-random"],
] as const;

/**
 * Of a run with tickets of another one: the differences of what is measured, in points, a line for each two networks, with an interval for
 * each round that covers at 95 % for all rounds together. Over seeds where there are several, paired; all rounds share one dense network a
 * seed. Else over the test examples of the one.
 *
 * @param measure - The `measureName` of the task. Default `accuracy`.
 */
export function transferNotes(levels: readonly LevelResult[], measure = "accuracy"): string[] {
  if (!levels.some(({ arm }) => arm === TRANSFER_ARMS[0])) return [];
  return COMPARED.flatMap(([a, b]) => {
    const compared = comparisonOf(levels, a, b);
    return compared === undefined ? [] : [`${a} − ${b}, points of test ${measure}, ${compared}.`];
  });
}

function comparisonOf(levels: readonly LevelResult[], a: string, b: string): string | undefined {
  const of = (arm: string, round: number, seed: number) =>
    levels.find((level) => level.arm === arm && level.seed === seed && (arm === "dense" || level.round === round));
  const has = (arm: string) => new Set(levels.filter((level) => level.arm === arm).map(({ round }) => round));
  const both = [...has(a)].filter((round) => (b === "dense" ? has(b).size > 0 : has(b).has(round)));
  const rounds = both.sort((x, y) => x - y);
  if (rounds.length === 0) return undefined;
  const all = [...new Set(levels.map(({ seed }) => seed))].sort((x, y) => x - y);
  const seeds = all.filter((seed) => rounds.every((round) => of(a, round, seed) && of(b, round, seed)));
  if (seeds.length === 0) return undefined;
  const over = (arm: string) => rounds.map((round) => seeds.map((seed) => of(arm, round, seed)!));
  const examples = scores(over(a)[0]![0]!).length;
  const resolution = examples === 0 ? 0 : 1 / examples;
  const family = { confidence: CONFIDENCE, comparisons: rounds.length, resolution };
  const { intervals, controlVariesMore } = differences(over(a), over(b), b === "dense", family);
  const basis = seeds.length > 1 ? `seeds ${seeds.join(", ")}` : `seed ${seeds[0]}, over test examples: no claim`;
  const each = rounds.map((round, i) => `round ${round} ${words(intervals[i]!)}`);
  const narrow = controlVariesMore
    ? "; dense varies more between seeds (F test, 1 %): the intervals are too narrow"
    : "";
  return `95 % for all rounds together (${basis}): ${each.join(", ")}${narrow}`;
}

/** `[l][s]`: round l with seed s. */
type Rounds = readonly (readonly LevelResult[])[];

function differences(a: Rounds, b: Rounds, isOneControl: boolean, family: Family): DifferencesFromControl {
  if (a[0]!.length > 1 && isOneControl) return differencesFromControl(accuracies(a), accuracies(b)[0]!, family);
  const intervals =
    a[0]!.length > 1
      ? pairedDifferences(accuracies(a), accuracies(b), family)
      : a.map(([level], i) => differenceOverExamples(scores(level!), scores(b[i]![0]!), family));
  return { intervals, controlVariesMore: false };
}

const accuracies = (rounds: Rounds) => rounds.map((level) => level.map(({ testAccuracy }) => testAccuracy));
const scores = ({ testScores }: LevelResult) => testScores ?? new Float32Array();

function words({ mean, halfWidth }: Interval): string {
  const points = (fraction: number) => (100 * fraction).toFixed(1);
  return `${mean < 0 ? "−" : "+"}${points(Math.abs(mean))} ± ${points(halfWidth)}`;
}
