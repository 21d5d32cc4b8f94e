import { checkOptions, object, oneOf } from "@ltt/core/arguments";
import { type Arm, checkPlanning } from "../arm.ts";
import { POOLS } from "../cut.ts";
import { startsFrom } from "../expectation.ts";
import type { CutParams } from "../experiment-graph.ts";

type How = Pick<CutParams, "criterion" | "pool">;

/**
 * Pruning at step 0: the initial weights are cut once, by as much as so many rounds, before any training, and what is left starts from them. With the criterion
 * `magnitude` “magnitude pruning at initialisation” of Frankle et al. (ICLR 2021, arXiv 2009.08576), §4.
 *
 * @param how - Criterion and pool, where they are not those of the experiment.
 */
export function prunedAtStartBy(how: How): Arm {
  checkOptions("prunedAtStartBy", how, { criterion: object, pool: oneOf(...POOLS) });
  return function* (graph, seed, settings) {
    checkPlanning("prunedAtStart", graph, seed, settings);
    for (let round = 1; round <= settings.rounds; round++) {
      const cut: CutParams = { ...how, at: 0, rounds: round };
      const network = graph.train(graph.rewind(graph.cut(graph.dense, cut), graph.init));
      yield { round, network, expect: [...graph.expectCut(graph.dense, cut), startsFrom(graph.init)] };
    }
  };
}

/** Pruning at step 0, by what the experiment scores weights by. */
export const prunedAtStart: Arm = prunedAtStartBy({});
