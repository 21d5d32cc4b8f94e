import { check, checkOptions, floats, type Kinds, list, positive } from "@ltt/core/arguments";
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
}

/** Differences of several groups from one control. */
export interface DifferencesFromControl {
  readonly intervals: readonly Interval[];
  /** The control varies more between seeds than the groups do (F test at 1 %): then the intervals are too narrow. */
  readonly controlVariesMore: boolean;
}

/** `[l][s]`: group l with seed s. */
type Groups = readonly (readonly number[])[];

/** Groups on one side of a group, itself among them, that tell how much its runs vary where not all groups vary alike. */
const NEAR = 4;

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
  const { confidence, comparisons } = checkFamily("differencesFromControl", family);
  const n = checkSeeds("differencesFromControl", [control, ...groups]);
  const k = groups.length;
  const most = Math.max(comparisons, k);
  const areAlike = varyAlike(groups, residualVariance, (half) => (half - 1) * (n - 1));
  const widthOf = (near: Groups) => Math.sqrt((2 * residualVariance([control, ...near])) / n);
  const halfWidths = areAlike
    ? new Array<number>(k).fill(dunnettQuantile(confidence, most, k * (n - 1)) * widthOf(groups))
    : sides(groups).map(
        (both) => studentQuantile(sidak(confidence, most), NEAR * (n - 1)) * Math.max(...both.map(widthOf)),
      );
  const intervals = groups.map((group, l) => ({ mean: mean(group) - mean(control), halfWidth: halfWidths[l]! }));
  const beside = areAlike ? groups : groups.slice(0, NEAR);
  return { intervals, controlVariesMore: k > 1 && variesMore(control, beside) };
}

/**
 * Differences of pairs of groups, `a[l] − b[l]`, over the same n seeds, all at once: `mean ± t · √(s²/n)`.
 *
 * s² is the variance of the paired differences, pooled over the k pairs, with `k·(n − 1)` degrees of freedom; t is
 * Student's at Šidák's confidence. Pairs have no run in common, so that their errors are independent, given the seed. Where one half of the
 * pairs varies more than the other, s² is the larger of two, of the four pairs up to l and of the four from l on, with
 * `4·(n − 1)` degrees of freedom: see `differencesFromControl`. Pooled over all, intervals would cover the truth in 50 % of
 * those experiments.
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
  const { confidence, comparisons } = checkFamily("pairedDifferences", family);
  const n = checkSeeds("pairedDifferences", [...a, ...b]);
  if (a.length !== b.length)
    throw new RangeError(`pairedDifferences: ${a.length} groups and ${b.length} are not pairs`);
  const differences: Groups = a.map((group, l) => group.map((value, s) => value - b[l]![s]!));
  const each = sidak(confidence, Math.max(comparisons, a.length));
  const pooled = (pairs: Groups) => mean(pairs.map(sampleVariance));
  const areAlike = varyAlike(differences, pooled, (half) => half * (n - 1));
  const halfWidthOf = (near: Groups) => studentQuantile(each, near.length * (n - 1)) * Math.sqrt(pooled(near) / n);
  const halfWidths = (areAlike ? differences.map(() => [differences]) : sides(differences)).map((both) =>
    Math.max(...both.map(halfWidthOf)),
  );
  return differences.map((difference, l) => ({ mean: mean(difference), halfWidth: halfWidths[l]! }));
}

/**
 * The difference of two networks' mean scores over the same N examples: `mean(a − b) ± z · √(variance(a − b) / N)`, z
 * the normal quantile at Šidák's confidence. It tells what other examples would change; what another seed would change
 * it cannot tell.
 *
 * @param a - A score in `[0,1]` for every example: 1 where the answer is right.
 * @throws {RangeError} if the two differ in length, or have fewer than two examples.
 */
export function differenceOverExamples(a: Float32Array, b: Float32Array, family: Family): Interval {
  check("differenceOverExamples", "a", a, floats);
  check("differenceOverExamples", "b", b, floats);
  const { confidence, comparisons } = checkFamily("differenceOverExamples", family);
  if (a.length !== b.length) {
    throw new RangeError(`differenceOverExamples: ${a.length} examples and ${b.length} are not pairs`);
  }
  const differences = Array.from(a, (value, i) => value - b[i]!);
  const quantile = normalQuantile(sidak(confidence, comparisons));
  return { mean: mean(differences), halfWidth: quantile * Math.sqrt(sampleVariance(differences) / a.length) };
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

/**
 * Whether the first and the last half of the groups vary alike, by an F test at 5 %; so it is taken where there are fewer than two sides of
 * `NEAR`.
 */
function varyAlike(groups: Groups, variance: (groups: Groups) => number, degrees: (half: number) => number): boolean {
  if (groups.length < 2 * NEAR) return true;
  const half = Math.floor(groups.length / 2);
  const [first, last] = [variance(groups.slice(0, half)), variance(groups.slice(-half))];
  return Math.max(first, last) <= fisherQuantile(0.975, degrees(half), degrees(half)) * Math.min(first, last);
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

const FAMILY: Kinds<Family> = { confidence: between0And1, comparisons: positive };

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
