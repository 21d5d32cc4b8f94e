// The mask criteria of Zhou et al. 2019 (arXiv 1905.01067), table 1, side by side in one run: an arm each, one cut of the dense network, from the initial weights.
import {
  largeFinalDifferingSign,
  largeFinalSameSign,
  largeInit,
  largeInitLargeFinal,
  magnitudeIncrease,
  movement,
  random,
  smallFinal,
  smallInit,
  smallInitSmallFinal,
} from "@ltt/lottery";

const criteria = [
  largeInit,
  smallInit,
  smallFinal,
  largeInitLargeFinal,
  smallInitSmallFinal,
  magnitudeIncrease,
  movement,
  random,
  largeFinalSameSign,
  largeFinalDifferingSign,
];

export const arms = criteria.map((criterion) => ({
  name: criterion.name,
  *levels(graph, _seed, { rounds }) {
    for (let round = 1; round <= rounds; round++) {
      const cut = { criterion, rounds: round };
      const network = graph.train(graph.rewind(graph.cut(graph.dense, cut), graph.init));
      yield { round, network, expect: graph.expectCut(graph.dense, cut) };
    }
  },
}));
