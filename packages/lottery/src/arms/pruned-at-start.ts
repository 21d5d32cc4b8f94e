import { checkOptions, type Kinds, list, object, oneOf } from "@ltt/core/arguments";
import { type Arm, checkPlanning } from "../arm.ts";
import { POOLS } from "../cut.ts";
import { shuffledMaskOf, startsFrom } from "../expectation.ts";
import type { ExperimentGraph } from "../experiment-graph.ts";
import type { CutParams } from "../graph-options.ts";

/** How weights are scored before training: criterion, pool and exclusions, where they are not those of the experiment. */
export type AtStart = Pick<CutParams, "criterion" | "pool" | "exclude">;

const AT_START: Kinds<AtStart> = { criterion: object, pool: oneOf(...POOLS), exclude: list };

/**
 * Pruning at step 0: the initial weights are cut once, by as much as so many rounds, before any training, and what is left starts from
 * them. With the criterion `magnitude` “magnitude pruning at initialisation” of Frankle et al. (ICLR 2021, arXiv 2009.08576), §4.
 *
 * @param how - Or a function of the graph, which knows the task's embeddings.
 */
export function prunedAtStartBy(how: AtStart | ((graph: ExperimentGraph) => AtStart)): Arm {
  if (typeof how !== "function") checkOptions("prunedAtStartBy", how, AT_START);
  return function* (graph, seed, settings) {
    checkPlanning("prunedAtStart", graph, seed, settings);
    for (let round = 1; round <= settings.rounds; round++) {
      const cut = cutOf(how, graph, round, settings.rate);
      const network = graph.train(graph.rewind(graph.cut(graph.dense, cut), graph.init));
      yield { round, network, expect: [...graph.expectCut(graph.dense, cut), startsFrom(graph.init)] };
    }
  };
}

/**
 * The control of pruning at step 0: as many weights of each tensor at random places. A criterion that is no better chooses only how many go
 * from each layer: Frankle et al. (ICLR 2021), §5.
 */
export function randomMaskAtStartBy(how: AtStart | ((graph: ExperimentGraph) => AtStart)): Arm {
  if (typeof how !== "function") checkOptions("randomMaskAtStartBy", how, AT_START);
  const scored = prunedAtStartBy(how);
  return function* (graph, seed, settings) {
    checkPlanning("randomMaskAtStart", graph, seed, settings);
    for (const { round, network: beside } of scored(graph, seed, settings)) {
      const mask = graph.cut(graph.dense, cutOf(how, graph, round, settings.rate));
      const network = graph.train(graph.rewind(graph.shuffleMask(mask), graph.init));
      yield { round, network, expect: [shuffledMaskOf(beside), startsFrom(graph.init)] };
    }
  };
}

/** Pruning at step 0, by what the experiment scores weights by. */
export const prunedAtStart: Arm = prunedAtStartBy({});

/** Of one pool of all weights there is one rate, that of the experiment. */
function cutOf(
  how: AtStart | ((graph: ExperimentGraph) => AtStart),
  graph: ExperimentGraph,
  round: number,
  rate: number,
): CutParams {
  const { criterion, pool, exclude } = typeof how === "function" ? how(graph) : how;
  return { criterion, pool, exclude, at: 0, rounds: round, ...(pool === "all" ? { rate } : {}) };
}
