import { type Arm, checkPlanning } from "../arm.ts";

/**
 * Masks that are trained, and weights that are not: logits of all masks start at 0 and are trained by SGD, rate 100, momentum 0.9, for as
 * long as the dense network; how many weights are left is found on the way. Zhou et al. 2019 (arXiv 1905.01067), §5.1. There is one
 * network: it is round 1.
 *
 * Departure: what is measured has the mask that is likelier than not, where they draw it ten times.
 */
export const learnedSupermask: Arm = function* (graph, seed, settings) {
  checkPlanning("learnedSupermask", graph, seed, settings);
  if (settings.rounds > 0) yield { round: 1, network: graph.learnMask(graph.init) };
};
