import { type Arm, checkPlanning } from "../arm.ts";
import { freshEverywhere, sameMaskAs, signsOf } from "../expectation.ts";
import { winningTicket } from "./winning-ticket.ts";

/**
 * The winning ticket's masks, and fresh weights with the signs of its initial ones: whether signs are what a ticket keeps. “Reinit, keep
 * sign” of Zhou et al. 2019 (arXiv 1905.01067), §4.1.
 */
export const freshSigns: Arm = function* (graph, seed, settings) {
  checkPlanning("freshSigns", graph, seed, settings);
  let before = graph.dense;
  for (const { round, network: ticket } of winningTicket(graph, seed, settings)) {
    const network = graph.train(graph.fresh(graph.cut(before), { signsOf: graph.init }));
    yield { round, network, expect: [sameMaskAs(ticket), freshEverywhere([ticket, graph.dense]), signsOf(graph.init)] };
    before = ticket;
  }
};
