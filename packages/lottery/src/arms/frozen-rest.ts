import { type Arm, checkPlanning } from "../arm.ts";
import { sameMaskAs, startsFrom } from "../expectation.ts";
import type { Rest } from "../rest.ts";
import { oneShot } from "./one-shot.ts";

/**
 * The masks of one cut and the initial weights, all of them: what is left out is no longer trained, but not gone. The “mask-0 actions” of
 * Zhou et al. 2019 (arXiv 1905.01067), §3.3.
 */
function withFrozenRest(name: string, rest: Rest): Arm {
  return function* (graph, seed, settings) {
    checkPlanning(name, graph, seed, settings);
    for (const { round, network: beside } of oneShot(graph, seed, settings)) {
      const mask = graph.cut(graph.dense, { rounds: round });
      const network = graph.train(graph.rewind(mask, graph.init, { rest, of: graph.dense }));
      yield { round, network, expect: [sameMaskAs(beside), startsFrom(graph.init)] };
    }
  };
}

/** Weights that are left out keep their initial values. */
export const restFrozen: Arm = withFrozenRest("restFrozen", "freeze");

/** Weights that are left out keep their initial values, but for those that training moved towards 0, which are 0. */
export const restFrozenUnlessShrunk: Arm = withFrozenRest("restFrozenUnlessShrunk", "freeze-unless-shrunk");
