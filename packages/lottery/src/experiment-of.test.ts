import { describe, expect, test } from "vitest";
import { experimentOf } from "./experiment-of.ts";
import { Graph } from "./graph.ts";
import { nodeFiles } from "./network-files.ts";
import { type Node, nodeOf } from "./node.ts";
import { AT, CUT, GIVEN, INIT, START, TRAIN } from "./operations.ts";

/** A ticket of a seed, as its files name it. */
function ticket(seed: number, { learningRate = 0.1, rate = 0.2, encoded = "ab" } = {}): string {
  const graph = new Graph();
  const training = { data: { encoded }, backend: "wasm", seed, epochs: 1, learningRate };
  const init = graph.add(nodeOf(INIT, { architecture: "toy", seed }));
  const dense = graph.add(nodeOf(TRAIN, training, { start: init }));
  const mask = graph.add(
    nodeOf(CUT, { rate, seed }, { weights: graph.add(nodeOf(AT, { state: 9 }, { trained: dense })) }),
  );
  const start = graph.add(nodeOf(START, { action: "rewind" }, { mask, whole: init }));
  return named(graph, nodeOf(TRAIN, training, { start }));
}

function named(graph: Graph, network: Node): string {
  const hash = graph.add(network);
  return experimentOf({ place: "run", files: nodeFiles(network, graph.lineage(hash)), receipt: { seconds: 1 } });
}

describe("what a network is but for its seed", () => {
  test("is the same for every seed, and frozen: archives hold it", () => {
    expect(ticket(1)).toBe(ticket(2));
    expect(ticket(1)).toBe("50752f43460772a1");
  });

  test("is another where anything else differs, in the network or in what it rests on", () => {
    const others = [
      ticket(1),
      ticket(1, { learningRate: 0.2 }),
      ticket(1, { rate: 0.5 }),
      ticket(1, { encoded: "cd" }),
    ];
    expect(new Set(others).size).toBe(4);
  });

  test("does not depend on which ticket of another run it was given: that goes with the seed", () => {
    const given = (seed: number) => {
      const graph = new Graph();
      const init = graph.add(nodeOf(INIT, { architecture: "toy", seed }));
      const mask = graph.add(nodeOf(GIVEN, { digest: `d${seed}`, source: `s${seed}` }, { init }));
      const start = graph.add(nodeOf(START, { action: "transplant" }, { mask, whole: init }));
      return named(graph, nodeOf(TRAIN, { seed, learningRate: 0.1 }, { start }));
    };
    expect(given(1)).toBe(given(2));
    expect(given(1)).not.toBe(ticket(1));
  });
});
