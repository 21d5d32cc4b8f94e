import { type Arm, checkPlanning } from "../arm.ts";
import { startsFrom } from "../expectation.ts";

/**
 * Each round cuts the network of the round before, and what is left keeps its trained weights; only step and learning rate start again:
 * Renda et al. (ICLR 2020, arXiv 2003.02389), algorithm 1. Also the networks of Frankle & Carbin's search with continued training.
 */
export const learningRateRewinding: Arm = function* (graph, seed, settings) {
  checkPlanning("learningRateRewinding", graph, seed, settings);
  let before = graph.dense;
  for (let round = 1; round <= settings.rounds; round++) {
    const trained = graph.at(before, graph.cutAt);
    const network = graph.train(graph.rewind(graph.cut(before), trained));
    yield { round, network, expect: [...graph.expectCut(before), startsFrom(trained)] };
    before = network;
  }
};
