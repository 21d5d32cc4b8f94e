import { atLeast0, check, checkOptions, floats, type Kinds, list, positive } from "@ltt/core/arguments";
import { dunnettQuantile, fisherQuantile, normalQuantile, sidak, studentQuantile } from "./distributions.ts";
import { between0And1, checkNumbers } from "./kinds.ts";
import { mean, sampleVariance } from "./statistics.ts";

/** A difference of two means, `mean ± halfWidth`. */
export interface Interval {
  readonly mean: number;
  readonly halfWidth: number;
}

/** What the intervals of a family hold for together. */
export interface Family {
  /** The probability, in (0, 1), that every interval of the family covers its true difference. */
  readonly confidence: number;
  /** How many intervals the family has: at least as many as are asked for. Levels that are judged otherwise (collapsed ones) count too. */
  readonly comparisons: number;
  /**
   * Scores are multiples of this: of accuracies `1/N`, with N examples. Seeds that score the same by chance then have a spread all the
   * same, since a spread below a score's rounding cannot be seen: each one's variance counts as at least that of a value rounded to such
   * multiples, `resolution²/12` (Sheppard, 1898). Default 0: equal scores make an interval of no width.
   */
  readonly resolution?: number | undefined;
}

/** Differences of several groups from one control. */
export interface DifferencesFromControl {
  readonly intervals: readonly Interval[];
  /**
   * The control varies more between seeds than the groups do (F test at 1 %): then the intervals are too narrow. Of fewer
   * than eight groups it is false: the spread of each one's own differences has the control's in it.
   */
  readonly controlVariesMore: boolean;
}

/** `[l][s]`: group l with seed s. */
type Groups = readonly (readonly number[])[];

/** Groups on one side of a group, itself among them, that tell how much its runs vary where not all groups vary alike. */
const NEAR = 4;

/** So many groups are needed to test whether they vary alike. */
const TESTABLE = 2 * NEAR;

/**
 * Differences of k groups from one control over the same n seeds, all at once: `mean(groupₗ) − mean(control) ± d · √(2·s²/n)`.
 *
 * s² is the residual variance of the k + 1 groups after the effects of group and of seed, with `k·(n − 1)` degrees of
 * freedom, and d Dunnett's quantile: what a seed does to all networks alike cancels, the spread of one run is estimated
 * from all of them, and that all differences share the one control is accounted for. Student's t over each level's own n
 * differences would need three times the width at three seeds; pooled differences with a t quantile cover 91 % there
 * instead of 95 (`simultaneous.test.ts`).
 *
 * That takes it that runs of all groups vary alike. Where one half of them varies more than the other (F test at 5 %), as
 * the sparsest networks often do, s² is the larger of two: that of the control with the four groups up to l, and with the
 * four from l on, with `4·(n − 1)` degrees of freedom, and d Student's t at Šidák's confidence. Pooled over all groups,
 * intervals would be several times too wide for dense ones and too narrow for sparse ones: with the spreads of
 * `verdict-simulation.test.ts` all twenty together cover the truth in 73 % of experiments instead of 95.
 * `controlVariesMore` says where the control clearly varies more than the groups, or, where these do not vary alike, than
 * the first four.
 *
 * Fewer than eight groups cannot show whether they vary alike, with so few seeds. Then each interval is at least Student's t
 * of its own n differences, with `n − 1` degrees of freedom at Šidák's confidence, and at least as wide as the pooled one;
 * so they cover the truth together in 95 % of experiments, whatever the spreads. With three seeds and five groups that is
 * three times as wide as the pooled ones, which with the spreads of five rounds of `imdb-to-mr` cover it in 79 to 87 %. A
 * test of equal spreads does not choose well between the two: with Cochran's at 5 to 50 %, 85 to 92 % there.
 *
 * What this does not see: one group, among eight or more, that varies five times as much as those around it. In simulation
 * all intervals together then cover the truth in 71 to 84 % of experiments. Nor what the groups of a seed share and the
 * control does not, as tickets that descend from one another may: of twenty groups, with such a spread as large as that of
 * single runs, they cover it in 90 %, with twice its variance in 83 %, where successive groups are correlated by 0.8 in 90,
 * and where the control alone varies twice as much in 81, with three seeds as with five.
 *
 * @param groups - `groups[l][s]`: group l with seed s, in the order of their sparsity.
 * @param control - `control[s]`.
 * @throws {RangeError} without groups, with fewer than two seeds, or where groups differ in their seeds.
 * @see Dunnett, JASA 50, 1955; in randomised blocks: Hochberg & Tamhane, “Multiple Comparison Procedures”, 1987, chapter 5.
 */
export function differencesFromControl(
  groups: readonly (readonly number[])[],
  control: readonly number[],
  family: Family,
): DifferencesFromControl {
  checkGroups("differencesFromControl", "groups", groups);
  checkNumbers("differencesFromControl", "control", control);
  const { confidence, comparisons, resolution = 0 } = checkFamily("differencesFromControl", family);
  const n = checkSeeds("differencesFromControl", [control, ...groups]);
  const k = groups.length;
  const most = Math.max(comparisons, k);
  const near = nearGroups(groups, residualVariance, (some) => (some.length - 1) * (n - 1));
  const each = sidak(confidence, most);
  const quantileOf = (some: Groups) =>
    some === groups ? dunnettQuantile(confidence, most, k * (n - 1)) : studentQuantile(each, some.length * (n - 1));
  const varianceOf = (some: Groups) => Math.max(residualVariance([control, ...some]), resolution ** 2 / 12);
  const halfWidthOf = (some: Groups) => quantileOf(some) * Math.sqrt((2 * varianceOf(some)) / n);
  const halfWidths = widest(near, halfWidthOf, groups);
  const intervals = groups.map((group, l) => ({ mean: mean(group) - mean(control), halfWidth: halfWidths[l]! }));
  const beside = near[0]![0] === groups ? groups : groups.slice(0, NEAR);
  return { intervals, controlVariesMore: k >= TESTABLE && variesMore(control, beside) };
}

/**
 * Differences of pairs of groups, `a[l] − b[l]`, over the same n seeds, all at once: `mean ± t · √(s²/n)`.
 *
 * s² is the variance of the paired differences, pooled over the k pairs, with `k·(n − 1)` degrees of freedom; t is
 * Student's at Šidák's confidence. Pairs have no run in common, and their errors are taken to be independent; where half of the variance is of
 * the seed, twenty intervals cover the truth together in 92 % of experiments of three seeds, and in 94 % of five.
 * Where one half of the pairs varies more than the other, s² is the larger of two, of the four pairs up to l and of the
 * four from l on, with `4·(n − 1)` degrees of freedom. Of fewer than eight pairs the wider of two intervals counts, with
 * the pair's own s² and with the pooled one: see `differencesFromControl`. Pooled over all, intervals would cover the
 * truth in 50 % of those experiments of twenty levels, and in 79 % of those of five.
 *
 * @param a - `a[l][s]`: group l with seed s, in the order of their sparsity; `b` likewise.
 * @throws {RangeError} without pairs, with fewer than two seeds, or where groups differ in their seeds.
 */
export function pairedDifferences(
  a: readonly (readonly number[])[],
  b: readonly (readonly number[])[],
  family: Family,
): Interval[] {
  checkGroups("pairedDifferences", "a", a);
  checkGroups("pairedDifferences", "b", b);
  const { confidence, comparisons, resolution = 0 } = checkFamily("pairedDifferences", family);
  const n = checkSeeds("pairedDifferences", [...a, ...b]);
  if (a.length !== b.length)
    throw new RangeError(`pairedDifferences: ${a.length} groups and ${b.length} are not pairs`);
  const differences: Groups = a.map((group, l) => group.map((value, s) => value - b[l]![s]!));
  const each = sidak(confidence, Math.max(comparisons, a.length));
  const varianceOf = (some: Groups) => Math.max(pooledVariance(some), resolution ** 2 / 6);
  const halfWidthOf = (some: Groups) => studentQuantile(each, some.length * (n - 1)) * Math.sqrt(varianceOf(some) / n);
  const halfWidths = widest(nearPairs(differences), halfWidthOf, differences);
  return differences.map((difference, l) => ({ mean: mean(difference), halfWidth: halfWidths[l]! }));
}

/**
 * The variance over seeds of each of several paired differences: its own of fewer than eight; else pooled over all, or over near ones where
 * not all vary alike, as in `pairedDifferences`.
 *
 * @param differences - `differences[l][s]`: pair l with seed s, in the order of their sparsity; each has two seeds at least.
 */
export function pairedVariances(differences: readonly (readonly number[])[]): number[] {
  return nearPairs(differences).map((near) => Math.max(...near.map(pooledVariance)));
}

/**
 * The difference of two networks' mean scores over the same N examples: `mean(a − b) ± z · √(v / N')`, z the normal
 * quantile at Šidák's confidence. It tells what other examples would change; what another seed would change it cannot
 * tell.
 *
 * v is the variance of a − b over `N' = N + z²/2` examples: z²/2 more are taken for seen, z²/8 of them with +1, as many
 * with −1, the others with 0, so that networks which answer alike have an interval with a width. At 95 % that is half an
 * example in each cell of the table of right and wrong answers: Agresti & Min, “Simple improved confidence intervals for
 * comparing matched proportions”, Statistics in Medicine 24, 2005. Theirs moves the centre by that too; here it stays
 * the difference that was observed.
 *
 * @param a - A score in `[0,1]` for every example: 1 where the answer is right.
 * @throws {RangeError} if the two differ in length, or have no examples.
 */
export function differenceOverExamples(a: Float32Array, b: Float32Array, family: Family): Interval {
  check("differenceOverExamples", "a", a, floats);
  check("differenceOverExamples", "b", b, floats);
  const { confidence, comparisons } = checkFamily("differenceOverExamples", family);
  if (a.length !== b.length) {
    throw new RangeError(`differenceOverExamples: ${a.length} examples and ${b.length} are not pairs`);
  }
  const differences = Array.from(a, (value, i) => value - b[i]!);
  const centre = mean(differences);
  const z = normalQuantile(sidak(confidence, comparisons));
  const more = (z * z) / 2;
  const n = differences.length + more;
  const squares = differences.reduce((sum, difference) => sum + difference * difference, more / 2);
  const variance = squares / n - ((differences.length * centre) / n) ** 2;
  return { mean: centre, halfWidth: z * Math.sqrt(variance / n) };
}

/**
 * For each group the groups that tell how much its runs vary, or two such sets, of which the one that varies more counts. Of fewer than
 * `TESTABLE` groups each for itself; where the first and the last half vary alike, by an F test at 5 %, all; else those on either side.
 */
function nearGroups(
  groups: Groups,
  variance: (groups: Groups) => number,
  degrees: (groups: Groups) => number,
): (readonly Groups[])[] {
  if (groups.length < TESTABLE) return groups.map((group) => [[group]]);
  const half = Math.floor(groups.length / 2);
  const [first, last] = [groups.slice(0, half), groups.slice(-half)];
  const [less, more] = variance(first) < variance(last) ? [first, last] : [last, first];
  const areAlike = variance(more) <= fisherQuantile(0.975, degrees(more), degrees(less)) * variance(less);
  return areAlike ? groups.map(() => [groups]) : sides(groups);
}

/** Of each group the widest half interval that those near it give; of fewer than `TESTABLE`, no narrower than that of all together. */
function widest(near: readonly (readonly Groups[])[], halfWidthOf: (some: Groups) => number, all: Groups): number[] {
  const least = all.length < TESTABLE ? halfWidthOf(all) : 0;
  return near.map((some) => Math.max(least, ...some.map(halfWidthOf)));
}

function nearPairs(differences: Groups): (readonly Groups[])[] {
  return nearGroups(differences, pooledVariance, (some) => some.reduce((sum, { length }) => sum + length - 1, 0));
}

/**
 * Of each group the `NEAR` groups up to it and the `NEAR` from it on; at the ends, where there are fewer, the first or the last `NEAR`.
 */
function sides(groups: Groups): (readonly [Groups, Groups])[] {
  const from = (l: number) => {
    const first = Math.max(0, Math.min(l, groups.length - NEAR));
    return groups.slice(first, first + NEAR);
  };
  return groups.map((_, l) => [from(l - NEAR + 1), from(l)] as const);
}

function pooledVariance(groups: Groups): number {
  return mean(groups.map(sampleVariance));
}

/** `Σ (x[l][s] − mean of l − mean of s + mean)² / ((groups − 1) · (seeds − 1))`. */
function residualVariance(groups: readonly (readonly number[])[]): number {
  const n = groups[0]!.length;
  const ofGroup = groups.map(mean);
  const ofSeed = Array.from({ length: n }, (_, s) => mean(groups.map((group) => group[s]!)));
  const all = mean(ofGroup);
  let sum = 0;
  for (const [l, group] of groups.entries()) {
    for (const [s, value] of group.entries()) {
      const residual = value - ofGroup[l]! - ofSeed[s]! + all;
      sum += residual * residual;
    }
  }
  return sum / ((groups.length - 1) * (n - 1));
}

/** Whether the control's distance from the mean of the groups varies more over seeds than runs of the groups do: an F test at 1 %. */
function variesMore(control: readonly number[], groups: readonly (readonly number[])[]): boolean {
  const [k, n] = [groups.length, control.length];
  const distance = control.map((value, s) => value - mean(groups.map((group) => group[s]!)));
  const variance = sampleVariance(distance) / (1 + 1 / k);
  return variance > fisherQuantile(0.99, n - 1, (k - 1) * (n - 1)) * residualVariance(groups);
}

const FAMILY: Kinds<Family> = { confidence: between0And1, comparisons: positive, resolution: atLeast0 };

function checkFamily(where: string, family: Family): Family {
  return checkOptions(`${where}: family`, family, FAMILY, ["confidence", "comparisons"]);
}

function checkGroups(where: string, name: string, groups: readonly (readonly number[])[]): void {
  check(where, name, groups, list);
  for (const [l, group] of groups.entries()) checkNumbers(where, `${name}[${l}]`, group);
}

function checkSeeds(name: string, groups: readonly (readonly number[])[]): number {
  const n = groups[0]?.length ?? 0;
  if (groups.length < 2) throw new RangeError(`${name}: there are no groups to compare`);
  if (n < 2) throw new RangeError(`${name}: ${n} ${n === 1 ? "seed shows" : "seeds show"} no spread; two at least`);
  const other = groups.find((group) => group.length !== n);
  if (other !== undefined) throw new RangeError(`${name}: groups have ${n} and ${other.length} seeds`);
  return n;
}
