import { check, text } from "@ltt/core/arguments";
import { ARMS, BUILT_IN_ARMS } from "./arms/arms.ts";
import { checkResults } from "./check-results.ts";
import type { LevelResult } from "./result.ts";
import { type Estimate, estimate } from "./statistics.ts";

/** One arm at one round: its runs, by seed, and what they say together. */
export interface LevelSummary {
  readonly round: number;
  readonly sparsity: number;
  readonly runs: readonly LevelResult[];
  readonly validationAccuracy: Estimate;
  readonly testAccuracy: Estimate;
  readonly earlyStopStep: Estimate;
}

/** One arm with its levels by round; `levels` begins with the shared dense network, if there is one. */
export interface ArmSummary {
  readonly arm: string;
  readonly label: string;
  readonly levels: readonly LevelSummary[];
}

/** All results, ordered for reading. */
export interface Summary {
  readonly dense: LevelSummary | undefined;
  readonly arms: readonly ArmSummary[];
  readonly seeds: readonly number[];
}

const LABELS: ReadonlyMap<string, string> = new Map([
  ["dense", "dense network"],
  ...ARMS.map((name) => [name, BUILT_IN_ARMS[name].label] as const),
]);

/** An arm's name in words. */
export function armLabel(arm: string): string {
  check("armLabel", "arm", arm, text);
  return LABELS.get(arm) ?? arm;
}

/**
 * Results grouped by arm and round. Every level of round 0 is the dense network, whatever arm it is filed under.
 *
 * @throws {RangeError} if an arm has two results for one seed and round: a mean over them would count a seed twice.
 */
export function summarise(levels: readonly LevelResult[]): Summary {
  checkResults("summarise", "levels", levels, SUMMARISED);
  refuseDuplicates(levels);
  const dense = summariseLevel(0, sharedDense(levels));
  const pruned = levels.filter((level) => level.round > 0);
  const known = [...LABELS.keys()];
  const place = (arm: string): number => (known.includes(arm) ? known.indexOf(arm) : known.length);
  const arms = [...new Set(pruned.map((level) => level.arm))].sort((a, b) => place(a) - place(b));
  return {
    dense,
    arms: arms.map((arm) => {
      const own = pruned.filter((level) => level.arm === arm);
      const rounds = [...new Set(own.map((level) => level.round))].sort((a, b) => a - b);
      const byRound = rounds.map((round) =>
        summariseLevel(
          round,
          own.filter((level) => level.round === round),
        ),
      );
      return { arm, label: armLabel(arm), levels: [dense, ...byRound].filter((level) => level !== undefined) };
    }),
    seeds: [...new Set(levels.map((level) => level.seed))].sort((a, b) => a - b),
  };
}

const SUMMARISED = ["arm", "seed", "round", "sparsity", "validationAccuracy", "testAccuracy", "earlyStopStep"] as const;

function refuseDuplicates(levels: readonly LevelResult[]): void {
  const seen = new Set<string>();
  for (const { arm, seed, round } of levels) {
    const key = `${arm}, seed ${seed}, round ${round}`;
    if (seen.has(key)) throw new RangeError(`summarise: there are two results for ${key}`);
    seen.add(key);
  }
}

function sharedDense(levels: readonly LevelResult[]): LevelResult[] {
  const bySeed = new Map<number, LevelResult>();
  for (const level of levels) {
    if (level.round === 0 && (level.arm === "dense" || !bySeed.has(level.seed))) bySeed.set(level.seed, level);
  }
  return [...bySeed.values()];
}

function summariseLevel(round: number, runs: readonly LevelResult[]): LevelSummary | undefined {
  if (runs.length === 0) return undefined;
  const bySeed = [...runs].sort((a, b) => a.seed - b.seed);
  const over = (value: (run: LevelResult) => number): Estimate => estimate(bySeed.map(value));
  return {
    round,
    sparsity: over((run) => run.sparsity).mean,
    runs: bySeed,
    validationAccuracy: over((run) => run.validationAccuracy),
    testAccuracy: over((run) => run.testAccuracy),
    earlyStopStep: over((run) => run.earlyStopStep),
  };
}
