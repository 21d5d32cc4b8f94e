import { type Arm, checkPlanning } from "../arm.ts";
import { startsFrom } from "../expectation.ts";

/** Each round cuts the network of the round before, and what is left starts from its initial weights: Frankle & Carbin (ICLR 2019), §1. */
export const winningTicket: Arm = function* (graph, seed, settings) {
  checkPlanning("winningTicket", graph, seed, settings);
  const { rounds } = settings;
  let before = graph.dense;
  for (let round = 1; round <= rounds; round++) {
    const network = graph.train(graph.rewind(graph.cut(before), graph.init));
    yield { round, network, expect: [...graph.expectCut(before), startsFrom(graph.init)] };
    before = network;
  }
};
