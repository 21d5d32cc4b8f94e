import { type Arm, type ArmSettings, checkPlanning } from "../arm.ts";
import { erdosRenyi } from "../criteria/erdos-renyi.ts";
import { startsFrom } from "../expectation.ts";
import type { Rewiring } from "../rewiring.ts";
import type { AtStart } from "./pruned-at-start.ts";

const how: AtStart = { criterion: erdosRenyi, pool: "all" };

/**
 * Sparse from the first step to the last: random masks, of Erdős–Rényi densities, at the initial weights, which are exchanged while the
 * network trains.
 */
export function sparseFromTheStart(name: string, rewiringOf: (settings: ArmSettings) => Rewiring): Arm {
  return function* (graph, seed, settings) {
    checkPlanning(name, graph, seed, settings);
    const { rounds, rate } = settings;
    const rewiring = rewiringOf(settings);
    for (let round = 1; round <= rounds; round++) {
      const cut = { ...how, at: 0, rounds: round, rate };
      const network = graph.train(graph.rewind(graph.cut(graph.dense, cut), graph.init), { rewiring });
      yield { round, network, expect: [...graph.expectCut(graph.dense, cut), startsFrom(graph.init)] };
    }
  };
}
