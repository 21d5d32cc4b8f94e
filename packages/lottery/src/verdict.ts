import { callable, checkOptions, fraction, type Kinds, list, text } from "@ltt/core/arguments";
import { checkAudit } from "./check-audit.ts";
import { checkResults } from "./check-results.ts";
import type { AuditCheck, LevelResult } from "./result.ts";
import {
  differenceOverExamples,
  differencesFromControl,
  type Family,
  type Interval,
  pairedDifferences,
} from "./simultaneous.ts";
import { mean } from "./statistics.ts";

/** What the runs say of a statement: its interval lies on the one side, on the other, or on both. */
export type Standing = "supported" | "refuted" | "undecided";

/** A level beside another network over the same seeds: the difference of their test accuracies, as fractions. */
export interface Comparison {
  /** `dense`, or the control. */
  readonly arm: string;
  readonly difference: Interval;
  readonly standing: Standing;
}

/** What is said of one sparsity of an arm. */
export interface LevelVerdict {
  readonly arm: string;
  readonly round: number;
  readonly sparsity: number;
  /** Means over the seeds, of the level and of the dense network. */
  readonly testAccuracy: number;
  readonly denseTestAccuracy: number;
  /** Supported if every comparison is; refuted if one is, or the network collapsed. */
  readonly standing: Standing;
  /** Seeds with which the network learnt nothing. */
  readonly collapsed: readonly number[];
  /** “Not less accurate than the dense network by more than the margin.” */
  readonly dense: Comparison;
  /** “More accurate than this control.” Of the winning tickets, and of controls that were run. */
  readonly controls: readonly Comparison[];
  readonly speed: Speed;
}

/** When a level learnt, beside the dense network: means of early-stopping steps over seeds, t' and t. */
export interface Speed {
  readonly step: number;
  readonly denseStep: number;
  /** `t' ≤ t`, as Frankle & Carbin (ICLR 2019, §1) ask. */
  readonly noLater: boolean;
  /** `t' < t`. */
  readonly earlier: boolean;
  /** Runs of the level whose t' is that of their last step. */
  readonly censored: number;
}

/** What the results say about the hypothesis. */
export interface Verdict {
  /** `seeds`: intervals over seeds. `one run`: over the test examples of one seed, no claim. `none`: nothing can be said, see `reason`. */
  readonly basis: "seeds" | "one run" | "none";
  readonly reason?: string;
  /** By how much a network may be less accurate than the dense one and still match it: a fraction. */
  readonly margin: number;
  /** What is compared, where it is not accuracy: `micro-F1`. */
  readonly measure?: string | undefined;
  readonly seeds: readonly number[];
  /** Seeds that have fewer winning tickets or controls than others, and are not counted. */
  readonly leftOut: readonly number[];
  /** Controls that were run. */
  readonly controls: readonly string[];
  /** Of the winning tickets, by round. */
  readonly levels: readonly LevelVerdict[];
  /** Of late rewinding, by round; it has no control here, so that these only say whether the dense network is matched. */
  readonly lateRewinding: readonly LevelVerdict[];
  /**
   * The sparsest supported level of the winning tickets; none where the audit failed. Or what a fault of a publication
   * chose, see `chosenBy`.
   */
  readonly winner: LevelVerdict | undefined;
  /** How the winner was chosen: by the intervals, or by a function that re-enacts a publication, which supports no claim. */
  readonly chosenBy: "intervals" | "test accuracy";
  /** Checks of the audit that failed: these networks are not what they are called, and nothing is claimed. */
  readonly failedChecks: readonly AuditCheck[];
  /** Seeds whose dense network was best at its last step: its training was too short. */
  readonly denseCensored: readonly number[];
  /**
   * The dense network varies more between seeds than the pruned ones (F test at 1 %), so that the intervals are too
   * narrow: against it nothing is called supported, nor refuted but what has learnt nothing.
   */
  readonly denseVariesMore: boolean;
}

export interface JudgeOptions {
  /** By how much a network may be less accurate and still match: a fraction. Default 0.005, half a point. */
  readonly margin?: number | undefined;
  /** What the results call accuracy: the `measureName` of their task. Default `accuracy`. */
  readonly measure?: string | undefined;
  /** What the audit found. Default: nothing was audited. */
  readonly audit?: readonly AuditCheck[] | undefined;
  /** Chooses the winner in place of the intervals, as a publication did; see `winnerByTestAccuracy`. */
  readonly select?: Select | undefined;
}

/** Chooses a winner from levels, of which there is one at least. */
export type Select = (levels: readonly LevelVerdict[]) => LevelVerdict;

/** What of a result the verdict rests on. */
export type JudgedResult = Pick<LevelResult, (typeof JUDGED)[number]>;

const JUDGED = [
  "arm",
  "seed",
  "round",
  "sparsity",
  "testAccuracy",
  "testScores",
  "earlyStopStep",
  "censored",
  "collapsed",
] as const;

/** The arms that a winning ticket must beat: the same mask, other weights. */
export const CONTROLS = ["random-reinit", "shuffled-init"] as const;

/** Half a percent more than the 95 % that is said, so that a simulation of some thousand experiments shows at least that. */
const CONFIDENCE = 0.956;

/**
 * Judges all levels at once, on test accuracy. No level is chosen before it is judged, so none flatters itself, and the
 * intervals hold together: with 95 % confidence every one of an arm's intervals against the same network covers its
 * true difference, as far as `differencesFromControl` sees how runs vary. A winner is above all its bounds, those against
 * the dense network and those against each control.
 *
 * A winning ticket **matches** the dense network (the interval of the difference lies above `−margin`) and is **better
 * than each control** (it lies above 0): then its initial weights matter. A network that has learnt nothing is never
 * one. `t' ≤ t` is told beside it.
 *
 * With one seed the interval is over test examples; it bounds what other examples would change, not what another seed
 * would, and supports no claim.
 *
 * @throws {RangeError} if the margin is not in [0, 1), or two results have the same arm, seed and round.
 * @throws {TypeError} if an option is unknown, or a result lacks what the verdict rests on.
 */
export function judge(results: readonly JudgedResult[], options: JudgeOptions = {}): Verdict {
  checkResults("judge", "results", results, JUDGED);
  const { margin = 0.005, measure, audit = [], select } = checkOptions("judge", options, OPTIONS);
  checkAudit("judge", "audit", audit);
  const failedChecks = audit.filter(({ passed }) => !passed);
  const runs = indexed(results);
  const dense = new Map(results.filter(({ round }) => round === 0).map((run) => [run.seed, run]));
  const tickets = results.filter(({ arm, round }) => arm === "winning-ticket" && round > 0);
  const named = measure === undefined ? {} : { measure };
  const none = (reason: string): Verdict => ({ ...NOTHING, margin, ...named, reason, failedChecks });
  if (dense.size === 0) return none("there is no dense network to compare with");
  if (tickets.length === 0) return none("no winning-ticket network has been trained");

  const { seeds, leftOut } = completeSeeds(results, dense);
  if (seeds.length === 0) return none("no pruned network shares a seed with a dense one");
  const collapsed = seeds.filter((seed) => dense.get(seed)!.collapsed !== null);
  if (collapsed.length > 0) {
    return none(
      `the dense network of seed ${collapsed.join(", ")} has learnt nothing: train it longer, or at another rate`,
    );
  }

  const judgeOf = (arm: string, controls: readonly string[]) =>
    judgeArm(
      runs,
      arm,
      controls,
      seeds.map((seed) => dense.get(seed)!),
      margin,
    );
  const controls = CONTROLS.filter((arm) => results.some((run) => run.arm === arm));
  const { levels, denseVariesMore } = judgeOf("winning-ticket", controls);
  const supported = failedChecks.length > 0 ? [] : levels.filter(({ standing }) => standing === "supported");
  return {
    basis: seeds.length === 1 ? "one run" : "seeds",
    margin,
    ...named,
    seeds,
    leftOut,
    controls,
    levels,
    lateRewinding: judgeOf("late-rewinding", []).levels,
    winner: select === undefined ? supported.sort((a, b) => b.sparsity - a.sparsity)[0] : chosen(select, levels),
    chosenBy: select === undefined ? "intervals" : "test accuracy",
    failedChecks,
    denseCensored: seeds.filter((seed) => dense.get(seed)!.censored),
    denseVariesMore,
  };
}

const OPTIONS: Kinds<JudgeOptions> = { margin: fraction, measure: text, audit: list, select: callable };

function chosen(select: Select, levels: readonly LevelVerdict[]): LevelVerdict | undefined {
  if (levels.length === 0) return undefined;
  const level = select(levels);
  if (levels.includes(level)) return level;
  throw new RangeError("judge: select chose none of the levels that it was given");
}

const NOTHING = {
  basis: "none",
  seeds: [],
  leftOut: [],
  controls: [],
  levels: [],
  lateRewinding: [],
  winner: undefined,
  chosenBy: "intervals",
  denseCensored: [],
  denseVariesMore: false,
} as const;

/**
 * Seeds with a dense network and as many winning tickets and controls as the most complete of them: a seed in the making
 * must not thin out the others, or have tickets judged without their controls.
 */
function completeSeeds(
  results: readonly JudgedResult[],
  dense: ReadonlyMap<number, JudgedResult>,
): { seeds: number[]; leftOut: number[] } {
  const judged = results.filter(({ arm, round }) => round > 0 && ["winning-ticket", ...CONTROLS].includes(arm));
  const counts = new Map([...dense.keys()].map((seed) => [seed, judged.filter((run) => run.seed === seed).length]));
  const most = Math.max(...counts.values());
  const all = [...counts.keys()].sort((a, b) => a - b);
  const isComplete = (seed: number) => most > 0 && counts.get(seed) === most;
  return { seeds: all.filter(isComplete), leftOut: all.filter((seed) => !isComplete(seed)) };
}

/** The runs of one level, in the order of the seeds. */
type Runs = readonly JudgedResult[];

function judgeArm(
  results: Index,
  arm: string,
  controls: readonly string[],
  dense: Runs,
  margin: number,
): { levels: LevelVerdict[]; denseVariesMore: boolean } {
  const runsOf = (name: string, round: number): Runs | undefined => {
    const runs = dense.map(({ seed }) => results.get(keyOf(name, round, seed)));
    return runs.every((run) => run !== undefined) ? runs : undefined;
  };
  const rounds = new Set(
    [...results.values()].filter((run) => run.arm === arm && run.round > 0).map(({ round }) => round),
  );
  const found = [...rounds]
    .sort((a, b) => a - b)
    .flatMap((round) => {
      const runs = runsOf(arm, round);
      return runs === undefined ? [] : [{ round, runs }];
    });
  const family: Family = {
    confidence: CONFIDENCE,
    comparisons: Math.max(1, found.length),
    resolution: resolutionOf(dense[0]!),
  };
  // A network that answers at random varies in ways of its own: it is refuted without an interval's help, and must not widen the others'.
  const learnt = found.filter(({ runs }) => runs.every(({ collapsed }) => collapsed === null));
  const againstDense = fromDense(
    learnt.map(({ runs }) => runs),
    dense,
    family,
  );
  const againstControls = controls.map((name) => {
    const pairs = learnt.flatMap(({ round, runs }) => {
      const control = runsOf(name, round);
      return control === undefined ? [] : [{ round, runs, control }];
    });
    const intervals = fromEach(
      pairs.map(({ runs }) => runs),
      pairs.map(({ control }) => control),
      family,
    );
    return { name, byRound: new Map(pairs.map(({ round }, i) => [round, intervals[i]!])) };
  });

  const levels = found.map(({ round, runs }): LevelVerdict => {
    const at = learnt.findIndex((level) => level.round === round);
    const difference = againstDense.intervals[at] ?? {
      mean: meanAccuracy(runs) - meanAccuracy(dense),
      halfWidth: Infinity,
    };
    const matches = standingOf(difference, -margin);
    const beside = {
      arm: "dense",
      difference,
      standing: againstDense.denseVariesMore ? ("undecided" as const) : matches,
    };
    const others = againstControls.flatMap(({ name, byRound }): Comparison[] => {
      const interval = byRound.get(round);
      return interval === undefined ? [] : [{ arm: name, difference: interval, standing: standingOf(interval, 0) }];
    });
    return {
      arm,
      round,
      sparsity: mean(runs.map(({ sparsity }) => sparsity)),
      testAccuracy: meanAccuracy(runs),
      denseTestAccuracy: meanAccuracy(dense),
      standing: at < 0 ? "refuted" : together([beside, ...others], 1 + controls.length),
      collapsed: runs.filter(({ collapsed }) => collapsed !== null).map(({ seed }) => seed),
      dense: at < 0 ? { ...beside, standing: "refuted" } : beside,
      controls: others,
      speed: speedOf(runs, dense),
    };
  });
  return { levels, denseVariesMore: againstDense.denseVariesMore };
}

function fromDense(
  levels: readonly Runs[],
  dense: Runs,
  family: Family,
): { intervals: readonly Interval[]; denseVariesMore: boolean } {
  if (levels.length === 0) return { intervals: [], denseVariesMore: false };
  if (dense.length === 1) {
    return { intervals: levels.map((level) => overExamples(level[0]!, dense[0]!, family)), denseVariesMore: false };
  }
  const { intervals, controlVariesMore } = differencesFromControl(levels.map(accuracies), accuracies(dense), family);
  return { intervals, denseVariesMore: controlVariesMore };
}

function fromEach(levels: readonly Runs[], controls: readonly Runs[], family: Family): readonly Interval[] {
  if (levels.length === 0) return [];
  if (levels[0]!.length === 1) return levels.map((level, i) => overExamples(level[0]!, controls[i]![0]!, family));
  return pairedDifferences(levels.map(accuracies), controls.map(accuracies), family);
}

/** What accuracies are multiples of (micro-F1 about so); 0 where it is not known how many examples there were. */
function resolutionOf({ testScores }: JudgedResult): number {
  return testScores === undefined || testScores.length === 0 ? 0 : 1 / testScores.length;
}

/** Without scores of single examples nothing is bounded. */
function overExamples(a: JudgedResult, b: JudgedResult, family: Family): Interval {
  if (a.testScores === undefined || b.testScores === undefined) {
    return { mean: a.testAccuracy - b.testAccuracy, halfWidth: Infinity };
  }
  return differenceOverExamples(a.testScores, b.testScores, family);
}

/** Whether an interval lies above `least`, below it, or on both sides. */
function standingOf({ mean: centre, halfWidth }: Interval, least: number): Standing {
  if (centre - halfWidth > least) return "supported";
  return centre + halfWidth < least ? "refuted" : "undecided";
}

/** Refuted by one comparison; supported by so many, which is all that there should be: a control may not have been trained yet. */
function together(comparisons: readonly Comparison[], count: number): Standing {
  if (comparisons.some(({ standing }) => standing === "refuted")) return "refuted";
  const supporting = comparisons.filter(({ standing }) => standing === "supported");
  return supporting.length === count ? "supported" : "undecided";
}

function speedOf(runs: Runs, dense: Runs): Speed {
  const step = mean(runs.map(({ earlyStopStep }) => earlyStopStep));
  const denseStep = mean(dense.map(({ earlyStopStep }) => earlyStopStep));
  const censored = runs.filter((run) => run.censored).length;
  return { step, denseStep, noLater: step <= denseStep, earlier: step < denseStep, censored };
}

function accuracies(runs: Runs): number[] {
  return runs.map(({ testAccuracy }) => testAccuracy);
}

function meanAccuracy(runs: Runs): number {
  return mean(accuracies(runs));
}

type Index = ReadonlyMap<string, JudgedResult>;

/** @throws {RangeError} if two results are of one network: a mean over them would count a seed twice. */
function indexed(results: readonly JudgedResult[]): Index {
  const index = new Map<string, JudgedResult>();
  for (const run of results) {
    const key = keyOf(run.arm, run.round, run.seed);
    if (index.has(key)) throw new RangeError(`judge: there are two results for ${key}`);
    index.set(key, run);
  }
  return index;
}

function keyOf(arm: string, round: number, seed: number): string {
  return `${round === 0 ? "dense" : arm}, seed ${seed}, round ${round}`;
}
