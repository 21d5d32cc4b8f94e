import { type Arm, checkPlanning } from "../arm.ts";
import { sameMaskAs, shuffledFrom, signsOf } from "../expectation.ts";
import { winningTicket } from "./winning-ticket.ts";

/**
 * The winning ticket's masks, and its initial weights with their sizes shuffled within each tensor while signs stay. “Reshuffle, keep sign”
 * of Zhou et al. 2019 (arXiv 1905.01067), §4.1.
 */
export const shuffledSigns: Arm = function* (graph, seed, settings) {
  checkPlanning("shuffledSigns", graph, seed, settings);
  let before = graph.dense;
  for (const { round, network: ticket } of winningTicket(graph, seed, settings)) {
    const network = graph.train(graph.shuffle(graph.cut(before), graph.init, { signs: true }));
    yield { round, network, expect: [sameMaskAs(ticket), shuffledFrom(ticket, { signs: true }), signsOf(graph.init)] };
    before = ticket;
  }
};
