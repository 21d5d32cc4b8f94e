import { type Arm, checkPlanning } from "../arm.ts";
import { constantSizes, sameMaskAs, signsOf } from "../expectation.ts";
import { winningTicket } from "./winning-ticket.ts";

/**
 * The winning ticket's masks, and of its initial weights only the signs: all of a tensor have one size, its standard deviation. “Constant,
 * keep sign” of Zhou et al. 2019 (arXiv 1905.01067), §4.1.
 */
export const constantSigns: Arm = function* (graph, seed, settings) {
  checkPlanning("constantSigns", graph, seed, settings);
  let before = graph.dense;
  for (const { round, network: ticket } of winningTicket(graph, seed, settings)) {
    const network = graph.train(graph.constant(graph.cut(before), graph.init, { signs: true }));
    yield { round, network, expect: [sameMaskAs(ticket), constantSizes(graph.init), signsOf(graph.init)] };
    before = ticket;
  }
};
