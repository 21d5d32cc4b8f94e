import { type Arm, checkPlanning } from "../arm.ts";
import { freshEverywhere } from "../expectation.ts";

/**
 * A control: each round cuts its own network of the round before, and what is left starts from fresh weights in every tensor. Unlike
 * `random-reinit` its masks are fitted to networks that were drawn anew; from the second round on they are no ticket's.
 */
export const ownTrajectoryReinit: Arm = function* (graph, seed, settings) {
  checkPlanning("ownTrajectoryReinit", graph, seed, settings);
  let before = graph.dense;
  for (let round = 1; round <= settings.rounds; round++) {
    const network = graph.train(graph.fresh(graph.cut(before)));
    yield { round, network, expect: [...graph.expectCut(before), freshEverywhere([before, graph.dense])] };
    before = network;
  }
};
