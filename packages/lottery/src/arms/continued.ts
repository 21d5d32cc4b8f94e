import { type Arm, checkPlanning } from "../arm.ts";
import { sameMaskAs, startsFrom } from "../expectation.ts";
import { learningRateRewinding } from "./learning-rate-rewinding.ts";

/**
 * No reset until the end: the masks of networks that were cut and trained on round after round, and the initial weights. “Iterative pruning
 * with continued training” of Frankle & Carbin (ICLR 2019), appendix B.
 */
export const continued: Arm = function* (graph, seed, settings) {
  checkPlanning("continued", graph, seed, settings);
  let before = graph.dense;
  for (const { round, network: trainedOn } of learningRateRewinding(graph, seed, settings)) {
    const network = graph.train(graph.rewind(graph.cut(before), graph.init));
    yield { round, network, expect: [sameMaskAs(trainedOn), startsFrom(graph.init)] };
    before = trainedOn;
  }
};
