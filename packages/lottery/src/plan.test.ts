import { describe, expect, test } from "vitest";
import type { Arm } from "./arm.ts";
import { ARMS, STANDARD_ARMS } from "./arms/arms.ts";
import { startsFrom } from "./expectation.ts";
import { Graph } from "./graph.ts";
import { sha256 } from "./json.ts";
import { networkCount, plan } from "./plan.ts";
import { FAULTS, type Fault } from "./published-2020/faults.ts";
import { type ExperimentSettings, rewinds } from "./settings.ts";

const settings: ExperimentSettings = {
  arms: STANDARD_ARMS,
  seeds: [1],
  rounds: 2,
  rate: 0.2,
  epochs: 10,
  learningRate: 0.001,
  patience: 24,
  evaluationsPerEpoch: 8,
  rewindTo: { epoch: 1 },
  faults: [],
};
const planned = (change: Partial<ExperimentSettings> = {}, graph = new Graph()) =>
  plan(graph, 1, {
    data: { name: "toy" },
    architecture: { model: "toy" },
    backend: "wasm",
    rewindStep: 100,
    lastStep: 1000,
    settings: { ...settings, ...change },
  });

const oneShot: Arm = function* (graph, _seed, { rounds, rate }) {
  for (let round = 1; round <= rounds; round++) {
    const mask = graph.cut(graph.dense, { rate: Number((1 - (1 - rate) ** round).toPrecision(9)) });
    yield { round, network: graph.train(graph.rewind(mask, graph.init)), expect: [startsFrom(graph.init)] };
  }
};

describe("the networks of an experiment", () => {
  // Nodes that are trained already are found by these names: one that changes trains every network of every user again.
  test("have the names that they have always had", () => {
    expect(planned().map(({ arm, round, network }) => `${arm} ${round} ${network}`)).toEqual([
      "dense 0 217b90d01d4fcc67",
      "winning-ticket 1 f5acac477c49a987",
      "random-reinit 1 c0806c0415b43a78",
      "shuffled-init 1 8717d6dbf16b4c1a",
      "late-rewinding 1 2df9c47210647e19",
      "winning-ticket 2 53513e20e451dd22",
      "random-reinit 2 018322247ef063c8",
      "shuffled-init 2 b7178db93f20a512",
      "late-rewinding 2 79fe58e9731e236c",
    ]);
  });

  test.each(ARMS)("of %s rest on the moment of rewinding only if the arm says so", (arm) => {
    const names = (rewindStep: number) => {
      const common = { data: null, architecture: null, backend: "wasm", lastStep: 1000, stepsPerEpoch: 100 };
      const own = { ...settings, arms: [arm] };
      return plan(new Graph(), 1, { ...common, rewindStep, settings: own }).map(({ network }) => network);
    };
    expect(rewinds({ arms: [arm], faults: [] })).toBe(names(100).join() !== names(200).join());
  });

  test("of an arm from outside may rest on it, unless the arm says that they do not", () => {
    const levels = () => [];
    const rests = (told: { rewinds?: boolean }) => rewinds({ arms: [{ name: "mine", levels, ...told }], faults: [] });
    expect([rests({}), rests({ rewinds: true }), rests({ rewinds: false })]).toEqual([true, true, false]);
  });

  test("and their files do not depend on the order in which rates are given", () => {
    const texts = [
      { a: 0.1, b: 0.3 },
      { b: 0.3, a: 0.1 },
    ].map((rates) => {
      const graph = new Graph();
      return planned({ rates }, graph).map(({ network }) => JSON.stringify([...graph.lineage(network)]));
    });
    expect(texts[0]).toEqual(texts[1]);
    expect(texts[0]!.at(-1)).toContain('"rates":{"a":0.1,"b":0.3}');
  });

  test.each<[string, readonly Fault[], Partial<ExperimentSettings>]>([
    ["4650cd2f9a69dd16", [], { cutAt: "end" }],
    ["fad2bdcd3e215dfa", ["reinit-keeps-trained-embedding"], {}],
    ["75f3396bc8c71af8", ["reinit-own-patterns"], {}],
    ["339388197421c3fd", ["rewinds-to-trained-weights"], {}],
    ["45e8643c0df3bfeb", ["patience-never-resets"], {}],
    ["908edb63ad54a53f", ["accuracy-of-batch-means"], {}],
    ["822cdd8d77f9eff2", FAULTS, {}],
    ["822cdd8d77f9eff2", [...FAULTS].reverse(), {}],
  ])("and so have those with faults: %s %j", (digest, faults, change) => {
    const names = planned({ ...change, faults }).map(({ network }) => network);
    expect(sha256(names.join(" ")).slice(0, 16)).toBe(digest);
  });

  test("have other names where rates or exclusions are told; those of none are none", () => {
    const names = (change: Partial<ExperimentSettings>) => planned(change).map(({ network }) => network);
    expect(names({ rates: {}, exclude: [] })).toEqual(names({}));
    for (const change of [{ rates: { output: 0.1 } }, { exclude: ["output"] }]) {
      expect(names(change)[0]).toBe(names({})[0]);
      expect(names(change)[1]).not.toBe(names({})[1]);
    }
  });

  test("do not know who chooses a winner", () => {
    expect(planned({ faults: ["winner-by-test-accuracy"] })).toEqual(planned());
  });
});

describe("an arm from outside", () => {
  test("is a function of a few lines; what it shares with others is one node", () => {
    const graph = new Graph();
    const levels = planned({ arms: ["winning-ticket", { name: "all-at-once", levels: oneShot }] }, graph);
    expect(levels.map(({ arm, round }) => `${arm} ${round}`)).toEqual([
      "dense 0",
      "winning-ticket 1",
      "all-at-once 1",
      "winning-ticket 2",
      "all-at-once 2",
    ]);
    const [, ticket, own, ticket2, own2] = levels.map(({ network }) => network);
    expect(own).toBe(ticket);
    expect(own2).not.toBe(ticket2);
    const start = graph.node(graph.node(own2!).inputs.start!);
    expect(graph.node(start.inputs.mask!).params).toEqual({ rate: 0.36, seed: 1 });
    expect(levels[4]!.expect).toEqual([{ kind: "startsFrom", weights: start.inputs.whole }]);
  });

  test("is counted with the others", () => {
    const arms = ["shuffled-init", { name: "all-at-once", levels: oneShot }] as const;
    expect(networkCount({ arms, faults: [], seeds: [1, 2], rounds: 3 })).toBe(2 * (1 + 3 * 3));
  });

  test.each<[string, Arm, string]>([
    ["dense", oneShot, 'arms[0].name is "dense", which is ours; give it another'],
    ["late-rewinding", oneShot, 'arms[0].name is "late-rewinding", which is ours; give it another'],
    [
      "untrained",
      (graph) => [{ round: 1, network: graph.init as never }],
      'arm "untrained": level 0: network is 682306702059ea76, which is no trained network',
    ],
    ["nowhere", () => [{ round: 1, network: "ab" }], "graph: there is no node ab"],
    [
      "unnumbered",
      (graph) => [{ network: graph.dense } as never],
      'arm "unnumbered": level 0.round is undefined; it is an integer from 1',
    ],
  ])("%s is refused if it is none", (name, levels, message) => {
    expect(() => planned({ arms: [{ name, levels }] })).toThrow(message);
  });
});
