import { elementwise } from "@ltt/lottery";

export const criteria = [
  {
    name: "smallest-move",
    version: 1,
    score: async ({ initial, trained }) => elementwise((t, i) => Math.abs(t - i), await trained(), await initial()),
  },
];

export const arms = [
  {
    name: "all-at-once",
    *levels(graph, _seed, { rounds, rate }) {
      const cut = { rate: 1 - (1 - rate) ** rounds };
      const network = graph.train(graph.rewind(graph.cut(graph.dense, cut), graph.init));
      yield { round: rounds, network, expect: graph.expectCut(graph.dense, cut) };
    },
  },
];
