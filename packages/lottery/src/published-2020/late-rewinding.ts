import type { Arm } from "../arm.ts";
import { rewoundTo } from "../expectation.ts";

/**
 * The published “late rewinding”: to the end of dense training, and from step 0 on. It expects what late rewinding
 * expects, so that the audit finds it.
 */
export const rewindsToTrainedWeights: Arm = function* (graph, _seed, { rounds, rewindStep }) {
  let before = graph.dense;
  for (let round = 1; round <= rounds; round++) {
    const network = graph.train(graph.rewind(graph.cut(before), graph.at(graph.dense, "best")));
    yield { round, network, expect: [...graph.expectCut(before), rewoundTo(rewindStep, graph.dense)] };
    before = network;
  }
};
