import { type Arm, checkPlanning } from "../arm.ts";
import { startsFrom } from "../expectation.ts";

/** Of the learning rate of dense training: LeNet's in Han et al. 2015, §4.1. */
export const FINE_TUNING_RATE = 0.1;

/**
 * Train, prune, train on: each round cuts the network of the round before, and what is left goes on from its trained weights at a tenth of
 * the learning rate, for as many steps as dense training. Han et al. (NIPS 2015, arXiv 1506.02626), §3; their penalties are `weightDecay`
 * and `l1`, their rate of each layer `rates`.
 */
export const fineTuning: Arm = function* (graph, seed, settings) {
  checkPlanning("fineTuning", graph, seed, settings);
  let before = graph.dense;
  for (let round = 1; round <= settings.rounds; round++) {
    const trained = graph.at(before, graph.cutAt);
    const start = graph.rewind(graph.cut(before), trained);
    const network = graph.train(start, { learningRateScale: FINE_TUNING_RATE });
    yield { round, network, expect: [...graph.expectCut(before), startsFrom(trained)] };
    before = network;
  }
};
