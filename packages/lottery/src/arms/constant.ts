import { type Arm, checkPlanning } from "../arm.ts";
import { constantSizes, sameMaskAs } from "../expectation.ts";
import { winningTicket } from "./winning-ticket.ts";

/**
 * A control of `constant-signs`: the winning ticket's masks, one size for each tensor, and random signs. “Constant” of Zhou et al. 2019
 * (arXiv 1905.01067), §4.1.
 */
export const constantArm: Arm = function* (graph, seed, settings) {
  checkPlanning("constantArm", graph, seed, settings);
  let before = graph.dense;
  for (const { round, network: ticket } of winningTicket(graph, seed, settings)) {
    const network = graph.train(graph.constant(graph.cut(before), graph.init));
    yield { round, network, expect: [sameMaskAs(ticket), constantSizes(graph.init)] };
    before = ticket;
  }
};
