import { type Arm, checkPlanning } from "../arm.ts";
import { shuffledMaskOf, startsFrom } from "../expectation.ts";
import { winningTicket } from "./winning-ticket.ts";

/**
 * A control: as many weights of each tensor as the winning ticket, at places drawn anew each round, and the initial weights of those
 * places. Tells whether it matters which weights stay, beyond how many of each layer: “random pruning” and “layerwise shuffling” of Frankle
 * et al. (ICLR 2021, arXiv 2009.08576), §5.
 */
export const randomMask: Arm = function* (graph, seed, settings) {
  checkPlanning("randomMask", graph, seed, settings);
  let before = graph.dense;
  for (const { round, network: ticket } of winningTicket(graph, seed, settings)) {
    const network = graph.train(graph.rewind(graph.shuffleMask(graph.cut(before)), graph.init));
    yield { round, network, expect: [shuffledMaskOf(ticket), startsFrom(graph.init)] };
    before = ticket;
  }
};
