import { type Arm, checkPlanning } from "../arm.ts";
import { freshEverywhere, sameMaskAs } from "../expectation.ts";
import { winningTicket } from "./winning-ticket.ts";

/** A control: the winning ticket's masks, and fresh initial weights in every tensor: Frankle & Carbin (ICLR 2019), §2. */
export const randomReinit: Arm = function* (graph, seed, settings) {
  checkPlanning("randomReinit", graph, seed, settings);
  let [ticketBefore, before] = [graph.dense, graph.dense];
  for (const { round, network: ticket } of winningTicket(graph, seed, settings)) {
    const network = graph.train(graph.fresh(graph.cut(ticketBefore)));
    yield { round, network, expect: [sameMaskAs(ticket), freshEverywhere([ticket, before, graph.dense])] };
    [ticketBefore, before] = [ticket, network];
  }
};
