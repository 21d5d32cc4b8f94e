import { type Arm, checkPlanning } from "../arm.ts";
import { largeFinalSameSign } from "../criteria/large-final-same-sign.ts";
import { constantSizes, type Expectation, signsOf, startsFrom } from "../expectation.ts";
import type { ExperimentGraph } from "../experiment-graph.ts";
import type { Hash } from "../node.ts";

type Start = (graph: ExperimentGraph, mask: Hash<"mask">) => Hash<"start">;

/**
 * Masks that make a network of untrained weights: one cut of the dense network by `large-final-same-sign`, by as much as so many rounds,
 * and what is left is measured as it starts, without a step of training. “Supermasks” of Zhou et al. 2019 (arXiv 1905.01067), §5; those
 * that are themselves trained are others.
 */
function untrained(name: string, start: Start, expect: (graph: ExperimentGraph) => Expectation[]): Arm {
  return function* (graph, seed, settings) {
    checkPlanning(name, graph, seed, settings);
    const { rounds, lastStep } = settings;
    for (let round = 1; round <= rounds; round++) {
      const cut = { criterion: largeFinalSameSign, rounds: round };
      const network = graph.train(start(graph, graph.cut(graph.dense, cut)), { firstStep: lastStep });
      yield { round, network, expect: [...graph.expectCut(graph.dense, cut), ...expect(graph)] };
    }
  };
}

/** With the initial weights. */
export const supermask: Arm = untrained(
  "supermask",
  (graph, mask) => graph.rewind(mask, graph.init),
  ({ init }) => [startsFrom(init)],
);

/** With one size in each tensor and the signs of the initial weights. */
export const supermaskConstant: Arm = untrained(
  "supermaskConstant",
  (graph, mask) => graph.constant(mask, graph.init, { signs: true }),
  ({ init }) => [constantSizes(init), signsOf(init)],
);
