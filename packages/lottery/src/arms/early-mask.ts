import { type Arm, checkPlanning } from "../arm.ts";
import { startsFrom } from "../expectation.ts";

/**
 * Pruning after a little training: one cut of the weights of an early step of dense training, that of `rewindTo`, by as much as so many
 * rounds; what is left starts from its initial weights. How soon the mask of a ticket can be seen: Li et al. 2019; You et al. (ICLR 2020,
 * arXiv 1909.11957), §3. The search then costs that many steps, and not a whole training.
 */
export const earlyMask: Arm = function* (graph, seed, settings) {
  checkPlanning("earlyMask", graph, seed, settings);
  for (let round = 1; round <= settings.rounds; round++) {
    const cut = { at: settings.rewindStep, rounds: round };
    const network = graph.train(graph.rewind(graph.cut(graph.dense, cut), graph.init));
    yield { round, network, expect: [...graph.expectCut(graph.dense, cut), startsFrom(graph.init)] };
  }
};
