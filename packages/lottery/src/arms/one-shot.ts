import { type Arm, checkPlanning } from "../arm.ts";
import { startsFrom } from "../expectation.ts";

/**
 * Cuts the dense network once, by as much as so many rounds: what is left starts from its initial weights. Round k removes
 * `1 − (1 − rate)^k`, so the first is the winning ticket's. “One-shot pruning” of Frankle & Carbin (ICLR 2019), §1.
 */
export const oneShot: Arm = function* (graph, seed, settings) {
  checkPlanning("oneShot", graph, seed, settings);
  for (let round = 1; round <= settings.rounds; round++) {
    const network = graph.train(graph.rewind(graph.cut(graph.dense, { rounds: round }), graph.init));
    yield { round, network, expect: [...graph.expectCut(graph.dense, { rounds: round }), startsFrom(graph.init)] };
  }
};
