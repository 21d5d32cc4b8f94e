import { type Arm, checkPlanning } from "../arm.ts";
import { startsFrom } from "../expectation.ts";
import { earlyBirdStop } from "../search.ts";

/** Moments that a search looks at, where training has fewer epochs. */
const MOMENTS = 10;

/**
 * Masks that are drawn as soon as they stay: after every epoch of dense training one cut by as much as so many rounds, until the newest
 * mask differs by at most 0.1 from each of the four before it. What is left starts from the initial weights. Early-Bird tickets (You et
 * al., ICLR 2020, arXiv 1909.11957), of weights; they go on from the weights of the moment.
 *
 * `searchedSteps` of a result says when that was. Where training has fewer than ten epochs, there are ten moments at even distances.
 */
export const earlyBird: Arm = function* (graph, seed, settings) {
  checkPlanning("earlyBird", graph, seed, settings);
  const { rounds, lastStep, stepsPerEpoch = lastStep } = settings;
  const epochs = Math.floor(lastStep / stepsPerEpoch);
  const moments = Math.min(lastStep, MOMENTS);
  const steps =
    epochs >= MOMENTS
      ? Array.from({ length: epochs }, (_, i) => (i + 1) * stepsPerEpoch)
      : Array.from({ length: moments }, (_, i) => Math.round(((i + 1) * lastStep) / moments));
  for (let round = 1; round <= rounds; round++) {
    const network = graph.train(
      graph.rewind(graph.search(graph.dense, steps, earlyBirdStop, { rounds: round }), graph.init),
    );
    yield { round, network, expect: [...graph.expectSearch(graph.dense, { rounds: round }), startsFrom(graph.init)] };
  }
};
