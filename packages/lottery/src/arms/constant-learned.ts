import { type Arm, checkPlanning } from "../arm.ts";
import { oneSize, sameMaskAs, signsOf } from "../expectation.ts";
import { winningTicket } from "./winning-ticket.ts";

/**
 * The winning ticket's masks, of its initial weights the signs, and one size for all weights of the network, which is learned before
 * training begins: how much is in masks and signs alone? One constant is what weight-agnostic networks share (Gaier & Ha, NeurIPS 2019,
 * arXiv 1906.04358, “tuned shared weight”); beside “constant, keep sign” of Zhou et al. 2019 (arXiv 1905.01067), §4.1, where each tensor
 * has its own.
 */
export const constantLearned: Arm = function* (graph, seed, settings) {
  checkPlanning("constantLearned", graph, seed, settings);
  let before = graph.dense;
  for (const { round, network: ticket } of winningTicket(graph, seed, settings)) {
    const network = graph.train(graph.constant(graph.cut(before), graph.init, { signs: true, value: "learned" }));
    yield { round, network, expect: [sameMaskAs(ticket), oneSize(graph.init), signsOf(graph.init)] };
    before = ticket;
  }
};
