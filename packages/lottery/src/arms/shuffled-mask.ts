import { type Arm, checkPlanning } from "../arm.ts";
import { shuffledFrom, shuffledMaskOf } from "../expectation.ts";
import { winningTicket } from "./winning-ticket.ts";

/**
 * A control: the winning ticket, mask and kept initial weights together, shuffled within each tensor. `random-mask` loses the ticket's
 * places and the choice of large initial weights, `shuffled-init` keeps both; this one keeps the weights, as a set, and loses the places.
 */
export const shuffledMask: Arm = function* (graph, seed, settings) {
  checkPlanning("shuffledMask", graph, seed, settings);
  let before = graph.dense;
  for (const { round, network: ticket } of winningTicket(graph, seed, settings)) {
    const mask = graph.cut(before);
    const network = graph.train(graph.move(mask, graph.shuffleMask(mask), graph.init));
    yield { round, network, expect: [shuffledMaskOf(ticket), shuffledFrom(ticket)] };
    before = ticket;
  }
};
