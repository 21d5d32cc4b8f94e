import { type Arm, checkPlanning } from "../arm.ts";
import { sameMaskAs, shuffledFrom } from "../expectation.ts";
import { winningTicket } from "./winning-ticket.ts";

/**
 * A control: the winning ticket's masks and its initial weights, shuffled within each tensor. Fresh weights differ from kept ones in size,
 * since a cut keeps what began large; these do not.
 */
export const shuffledInit: Arm = function* (graph, seed, settings) {
  checkPlanning("shuffledInit", graph, seed, settings);
  let before = graph.dense;
  for (const { round, network: ticket } of winningTicket(graph, seed, settings)) {
    const network = graph.train(graph.shuffle(graph.cut(before), graph.init));
    yield { round, network, expect: [sameMaskAs(ticket), shuffledFrom(ticket)] };
    before = ticket;
  }
};
