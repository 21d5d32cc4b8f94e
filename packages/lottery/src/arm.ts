import { check, checkOptions, count, type Kinds } from "@ltt/core/arguments";
import type { Expectation } from "./expectation.ts";
import { ExperimentGraph } from "./experiment-graph.ts";
import { share } from "./kinds.ts";
import type { Hash } from "./node.ts";

/** A network that an arm plans. */
export interface Level {
  /** From 1; the dense network, which all arms share, is round 0. */
  readonly round: number;
  readonly network: Hash<"trained">;
  /** What the audit must find in its files, besides what it looks for in all networks. Default: nothing. */
  readonly expect?: readonly Expectation[] | undefined;
}

/** What arms read of an experiment's settings. */
export interface ArmSettings {
  readonly rounds: number;
  /** The fraction of what is left that each round removes. */
  readonly rate: number;
  /** The step of dense training that late rewinding goes back to. */
  readonly rewindStep: number;
  /** The step that training ends with, if it does not stop early: a network that begins there is measured untrained. */
  readonly lastStep: number;
  /** Of an epoch. Default: training is no longer than one. */
  readonly stepsPerEpoch?: number | undefined;
}

/**
 * A way through the lottery: adds the nodes of its networks to the graph of an experiment, and runs nothing. A plain
 * function, often a generator:
 *
 *     const oneShot: Arm = function* (graph, _seed, { rounds, rate }) {
 *       for (let round = 1; round <= rounds; round++) {
 *         const mask = graph.cut(graph.dense, { rate: 1 - (1 - rate) ** round });
 *         yield { round, network: graph.train(graph.rewind(mask, graph.init)), expect: [startsFrom(graph.init)] };
 *       }
 *     };
 *
 * Neither its name nor its rounds are part of a node's hash: networks that arms share are trained once.
 */
export type Arm = (graph: ExperimentGraph, seed: number, settings: ArmSettings) => Iterable<Level>;

/** An arm from outside, with the name that results and reports call it by. */
export interface NamedArm {
  readonly name: string;
  readonly levels: Arm;
  /** SHA-256 of the plugin file that it comes from: criteria of its own are named with it. Default: it comes from no file. */
  readonly plugin?: string | undefined;
  /** Whether it goes back to the moment `rewindTo`, which must lie within training then. Default true. */
  readonly rewinds?: boolean | undefined;
}

/** @throws {TypeError | RangeError} unless these are what an arm is called with. */
export function checkPlanning(where: string, graph: ExperimentGraph, seed: number, settings: ArmSettings): void {
  check(where, "graph", graph, graphKind);
  check(where, "seed", seed, count);
  checkOptions(where, settings, SETTINGS, ["rounds", "rate", "rewindStep", "lastStep"]);
}

const graphKind = {
  words: "an ExperimentGraph",
  accepts: (value: unknown): boolean => value instanceof ExperimentGraph,
};

const SETTINGS: Kinds<ArmSettings> = {
  rounds: count,
  rate: share,
  rewindStep: count,
  lastStep: count,
  stepsPerEpoch: count,
};
