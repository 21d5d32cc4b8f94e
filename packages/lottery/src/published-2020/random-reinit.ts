import type { Arm } from "../arm.ts";
import { winningTicket } from "../arms/winning-ticket.ts";
import { freshEverywhere, sameMaskAs } from "../expectation.ts";
import type { ExperimentGraph } from "../experiment-graph.ts";
import { type Hash, nodeOf } from "../node.ts";
import { START } from "../operations.ts";

/**
 * The published random re-initialisation, with one of its faults or both. It expects what the control that it is called
 * expects, so that the audit finds them.
 *
 * @param faults - `keepsEmbedding`: it starts with the embedding that its network before had trained. `ownMasks`: it
 *   prunes its own networks.
 */
export function publishedReinit(faults: { readonly keepsEmbedding: boolean; readonly ownMasks: boolean }): Arm {
  return function* (graph, seed, settings) {
    let [ticketBefore, before] = [graph.dense, graph.dense];
    for (const { round, network: ticket } of winningTicket(graph, seed, settings)) {
      const mask = graph.cut(faults.ownMasks ? before : ticketBefore);
      const network = graph.train(faults.keepsEmbedding ? freshButEmbedding(graph, mask, before) : graph.fresh(mask));
      yield { round, network, expect: [sameMaskAs(ticket), freshEverywhere([ticket, before, graph.dense])] };
      [ticketBefore, before] = [ticket, network];
    }
  };
}

/** A start: drawn anew, but for the embedding that a network trained. */
function freshButEmbedding(graph: ExperimentGraph, mask: Hash<"mask">, trained: Hash<"trained">): Hash<"start"> {
  const { architecture, seed } = graph;
  const params = { action: "fresh-but-embedding", architecture, seed };
  return graph.add(nodeOf(START, params, { mask, before: graph.at(trained, "best") }));
}
