import { type Arm, checkPlanning } from "../arm.ts";
import { rewoundTo } from "../expectation.ts";

/**
 * Starts from the weights of an early moment of dense training, with masks of its own, and trains on from there: Frankle et al. (ICML
 * 2020), §3.
 */
export const lateRewinding: Arm = function* (graph, seed, settings) {
  checkPlanning("lateRewinding", graph, seed, settings);
  const { rounds, rewindStep } = settings;
  let before = graph.dense;
  for (let round = 1; round <= rounds; round++) {
    const start = graph.rewind(graph.cut(before), graph.at(graph.dense, rewindStep));
    const network = graph.train(start, { firstStep: rewindStep });
    yield { round, network, expect: [...graph.expectCut(before), rewoundTo(rewindStep, graph.dense)] };
    before = network;
  }
};
