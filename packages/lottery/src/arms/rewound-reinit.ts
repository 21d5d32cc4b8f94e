import { type Arm, checkPlanning } from "../arm.ts";
import { freshEverywhere, sameMaskAs } from "../expectation.ts";
import { lateRewinding } from "./late-rewinding.ts";

/**
 * A control of late rewinding: its masks, and fresh weights in every tensor, trained over the same steps, with the batches and the learning
 * rates of these: Frankle et al. (ICML 2020), §4.
 */
export const rewoundReinit: Arm = function* (graph, seed, settings) {
  checkPlanning("rewoundReinit", graph, seed, settings);
  let [ticketBefore, before] = [graph.dense, graph.dense];
  for (const { round, network: ticket } of lateRewinding(graph, seed, settings)) {
    const start = graph.fresh(graph.cut(ticketBefore));
    const network = graph.train(start, { firstStep: settings.rewindStep });
    yield { round, network, expect: [sameMaskAs(ticket), freshEverywhere([ticket, before, graph.dense])] };
    [ticketBefore, before] = [ticket, network];
  }
};
