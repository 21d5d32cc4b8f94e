import { check, checkRng, list } from "@ltt/core/arguments";
import { type BootstrapOptions, bootstrap } from "./bootstrap.ts";
import { checkResults } from "./check-results.ts";
import { mcnemar } from "./mcnemar.ts";
import type { LevelResult } from "./result.ts";
import { seedsNeeded } from "./seeds-needed.ts";
import { pairedVariances } from "./simultaneous.ts";
import { CONTROLS } from "./verdict.ts";

/** A winning ticket beside another network on the same test examples. */
export interface PairedRow {
  /** `dense`, or a control. */
  readonly against: string;
  readonly round: number;
  readonly sparsity: number;
  /** Of every seed: examples that only one of the two gets right, and McNemar's p. Empty where scores are no right and wrong (micro-F1). */
  readonly seeds: readonly {
    readonly seed: number;
    readonly onlyTicket: number;
    readonly onlyOther: number;
    readonly p: number;
  }[];
  /** The difference of accuracies, mean over seeds, and its 95 % interval over test examples. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

export interface PairedStatistics {
  readonly rows: readonly PairedRow[];
  /** To see a difference of half a point between a level and the dense network; `undefined` with one seed, or where seeds do not differ. */
  readonly seedsNeeded:
    | { readonly difference: number; readonly levels: readonly { readonly round: number; readonly seeds: number }[] }
    | undefined;
}

/** What of a result it rests on. */
type PairedResult = Pick<
  LevelResult,
  "arm" | "seed" | "round" | "sparsity" | "testAccuracy" | "testScores" | "collapsed"
>;

/** Test examples decide how fine a bootstrap interval must be: its ends vary by a thirtieth of its width with so many samples. */
const RESAMPLES = 1000;

const HALF_A_POINT = 0.005;

/**
 * Winning tickets beside the dense network and each control, by which test examples they get right: McNemar's exact
 * test of every seed, and a bootstrap interval of the difference of means over seeds. They bound what other test
 * examples would change. How many seeds would show half a point is told of each level, from the spread of its paired
 * differences over the seeds that are there; from that of all levels, or of near ones, where the verdict's intervals are,
 * see `pairedDifferences`. Levels that collapsed are left out.
 *
 * @param rng - Draws the samples of the bootstrap.
 */
export function pairedStatistics(levels: readonly PairedResult[], rng: BootstrapOptions["rng"]): PairedStatistics {
  check("pairedStatistics", "levels", levels, list);
  checkRng("pairedStatistics", "rng", rng);
  checkResults("pairedStatistics", "levels", levels, [
    "arm",
    "seed",
    "round",
    "sparsity",
    "testAccuracy",
    "testScores",
    "collapsed",
  ]);
  const find = (arm: string, round: number, seed: number) =>
    levels.find((one) => one.seed === seed && one.round === round && (round === 0 || one.arm === arm));
  const tickets = levels.filter(({ arm, round }) => arm === "winning-ticket" && round > 0);
  const rounds = [...new Set(tickets.map(({ round }) => round))].sort((a, b) => a - b);
  const rows = ["dense", ...CONTROLS].flatMap((against) =>
    rounds.flatMap((round): PairedRow[] => {
      const pairs = tickets
        .filter((ticket) => ticket.round === round)
        .flatMap((ticket) => {
          const other = find(against, against === "dense" ? 0 : round, ticket.seed);
          const scores = ticket.testScores && other?.testScores;
          return scores === undefined ? [] : [{ ticket, own: ticket.testScores!, scores }];
        });
      return pairs.length === 0 ? [] : [rowOf(against, round, pairs, rng.split(`${against} ${round}`))];
    }),
  );
  return { rows, seedsNeeded: needed(tickets, (seed) => find("dense", 0, seed), rounds) };
}

interface Pair {
  readonly ticket: PairedResult;
  readonly own: Float32Array;
  readonly scores: Float32Array;
}

function rowOf(against: string, round: number, pairs: readonly Pair[], rng: BootstrapOptions["rng"]): PairedRow {
  const { sparsity } = pairs[0]!.ticket;
  const isRight = (scores: Float32Array) => scores.every((score) => score === 0 || score === 1);
  const seeds = pairs
    .filter(({ own, scores }) => isRight(own) && isRight(scores))
    .map(({ ticket, own, scores }) => {
      const { onlyFirst, onlySecond, p } = mcnemar(own, scores);
      return { seed: ticket.seed, onlyTicket: onlyFirst, onlyOther: onlySecond, p };
    });
  const differences = new Float32Array(pairs[0]!.own.length);
  for (const { own, scores } of pairs)
    for (let i = 0; i < differences.length; i++) differences[i]! += (own[i]! - scores[i]!) / pairs.length;
  const { mean: difference, low, high } = bootstrap(differences, { rng, resamples: RESAMPLES });
  return { against, round, sparsity, seeds, difference, low, high };
}

function needed(
  tickets: readonly PairedResult[],
  denseOf: (seed: number) => PairedResult | undefined,
  rounds: readonly number[],
): PairedStatistics["seedsNeeded"] {
  const found = rounds.flatMap((round) => {
    const differences = tickets
      .filter((ticket) => ticket.round === round && ticket.collapsed === null)
      .flatMap((ticket) => {
        const dense = denseOf(ticket.seed);
        return dense === undefined ? [] : [ticket.testAccuracy - dense.testAccuracy];
      });
    return differences.length < 2 ? [] : [{ round, differences }];
  });
  const variances = pairedVariances(found.map(({ differences }) => differences));
  const levels = found.flatMap(({ round }, l) => {
    const deviation = Math.sqrt(variances[l]!);
    return deviation === 0 ? [] : [{ round, seeds: seedsNeeded(HALF_A_POINT, deviation) }];
  });
  return levels.length === 0 ? undefined : { difference: HALF_A_POINT, levels };
}
