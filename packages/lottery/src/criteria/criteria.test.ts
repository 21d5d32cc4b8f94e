import { stream } from "@ltt/core";
import { parametersOf, ResNet, Vgg } from "@ltt/layers";
import { describe, expect, test } from "vitest";
import type { Criterion, Evidence } from "../criterion.ts";
import { cut } from "../cut.ts";
import { Graph } from "../graph.ts";
import type { Values } from "../pattern.ts";
import { CRITERIA, checkCriterion } from "./criteria.ts";

const values = (...numbers: number[]): Values => new Map([["w", Float32Array.from(numbers)]]);
const never = () => Promise.reject(new Error("not asked for"));

/** Three weights: one shrank and changed its sign, one stayed, one grew. */
const evidence: Evidence = {
  mask: new Map([["w", Int32Array.of(0, 2, 5)]]),
  shapes: new Map([["w", [2, 3]]]),
  pools: [{ name: "w", tensors: ["w"], rate: 0.5 }],
  rng: stream(1, "criterion"),
  initial: async () => values(2, -1, 0.5),
  trained: async () => values(-1, -1, 3),
  gradient: async () => values(1, -2, 0.5),
  fisher: async () => values(2, 4, 0.5),
  flow: never,
  lossOf: never,
};
const named = (name: string) => CRITERIA.find((criterion) => criterion.name === name)!;

test.each([
  ["magnitude", [1, 1, 3]],
  ["movement", [3, 0, 2.5]],
  ["magnitude-increase", [-1, 0, 2.5]],
  ["large-init", [2, 1, 0.5]],
  ["small-final", [-1, -1, -3]],
  ["small-init", [-2, -1, -0.5]],
  ["large-final-same-sign", [0, 1, 3]],
  ["large-final-differing-sign", [1, 0, 0]],
  ["large-init-large-final", [1, 1, 0.5]],
  ["small-init-small-final", [-2, -1, -3]],
  ["obd", [1, 2, 2.25]],
  ["snip", [1, 2, 1.5]],
])("%s, by hand", async (name, scores) => {
  expect([...(await named(name).score(evidence)).get("w")!]).toEqual(scores);
});

test("initial and trained weights are compared at the scale where their medians agree", async () => {
  const doubled = { ...evidence, trained: async () => values(-2, -2, 6) };
  expect([...(await named("large-init-large-final").score(doubled)).get("w")!]).toEqual([1, 1, 0.5]);
  const zeros = { ...evidence, trained: async () => values(0, 0, 3) };
  expect([...(await named("large-init-large-final").score(zeros)).get("w")!]).toEqual([0, 0, 0.5]);
});

test.each(["snip", "grasp"])("%s spares vectors, which start at 0", async (name) => {
  const scores = await named(name).score({ ...evidence, shapes: new Map([["w", [6]]]) });
  expect([...scores.get("w")!]).toEqual([Infinity, Infinity, Infinity]);
});

test("grasp, of a quadratic loss L = ½ w·Aw: g = Aw, w ⊙ Ag", async () => {
  const seen: unknown[] = [];
  const gradient: Evidence["gradient"] = async (over, { at, temperature, batchStatistics } = {}) => {
    seen.push([over, temperature, batchStatistics]);
    const [x, y, z] = at!.get("w")!;
    return values(2 * x! + y!, x! + y!, z!);
  };
  const scores = (await named("grasp").score({ ...evidence, gradient })).get("w")!;
  // w = (−1, −1, 3), g = (−3, −2, 3), Ag = (−8, −5, 3)
  for (const [i, score] of [8, 5, 9].entries()) expect(scores[i]).toBeCloseTo(score, 3);
  expect(seen).toEqual(Array(3).fill(["epoch", 200, true]));
  const flat = await named("grasp").score({ ...evidence, gradient: async () => values(0, 0, 0) });
  expect(flat.get("w")!.every((score) => score === 0)).toBe(true);
});

test("synflow leaves a way through the network where magnitude leaves none", async () => {
  // y = Σ_j b_j a_j x: a weight's score is what flows through its unit.
  const [a, b] = [Float32Array.of(-4, 1), Float32Array.of(1, 8)];
  const two = new Map([
    ["a", a],
    ["b", b],
  ]);
  let rounds = 0;
  const flow: Evidence["flow"] = async (weights) => {
    rounds++;
    return new Map([
      ["a", weights.get("b")!],
      ["b", weights.get("a")!],
    ]);
  };
  const scores = await named("synflow").score({
    ...evidence,
    mask: new Map([
      ["a", Int32Array.of(0, 1)],
      ["b", Int32Array.of(0, 1)],
    ]),
    shapes: new Map([
      ["a", [2, 1]],
      ["b", [1, 2]],
    ]),
    pools: [{ name: "global", tensors: ["a", "b"], rate: 0.5 }],
    trained: async () => two,
    flow,
  });
  // at the 42nd round 1 − 2^−0.42 of four weights is one: a₀, whose unit then has no flow; the next one to go is b₀
  expect([...scores.get("a")!, ...scores.get("b")!]).toEqual([-1, 8, -1, 8]);
  expect(rounds).toBe(100);
  const kept = cut(new Map([...two].map(([name]) => [name, Int32Array.of(0, 1)])), scores, {
    rate: 0.5,
    pool: "all",
    rng: stream(1),
  });
  expect([...kept.values()].map((at) => [...at])).toEqual([[1], [1]]);
});

test("smart-ratios keep k² + k of the k-th layer from the last, but for rounding", async () => {
  const eight = () => Int32Array.from({ length: 8 }, (_, i) => i);
  const mask = new Map([
    ["first.weight", eight()],
    ["last.weight", eight()],
  ]);
  const shapes = new Map(Array.from(mask.keys(), (name) => [name, [2, 4]]));
  const pools = [{ name: "all", tensors: [...mask.keys()], rate: 0.5 }];
  for (let seed = 0; seed < 10; seed++) {
    const scores = await named("smart-ratios").score({ ...evidence, mask, shapes, pools, rng: stream(seed) });
    const kept = cut(mask, scores, { rate: 0.5, pool: "all", rng: stream(1) });
    expect([kept.get("first.weight")!.length, kept.get("last.weight")!.length]).toEqual([6, 2]);
  }
});

test.each([
  ["VGG-11", new Vgg({ depth: 11 }, stream(1)), { "convs.0.weight": 83, "convs.7.weight": 7595 } /* 4.83 and 0.32 % */],
  ["ResNet-20", new ResNet({}, stream(1)), { "layer3.2.conv2.weight": 39 } /* 0.105 % */],
] as const)("smart-ratios number the convolutions of %s, and spare its norms", async (_, model, wanted) => {
  const shapes = new Map(Array.from(parametersOf(model), ([name, { shape }]) => [name, shape as readonly number[]]));
  const masked = Array.from(shapes, ([name, shape]) => {
    const positions = Int32Array.from(Array(shape.reduce((n, axis) => n * axis, 1)).keys());
    return [name, positions] as const;
  });
  const keptOf = async (names: RegExp, rate: number) => {
    const mask = new Map(masked);
    const pool = { name: "all", tensors: [...mask.keys()].filter((name) => names.test(name)), rate };
    const scores = await named("smart-ratios").score({ ...evidence, mask, shapes, pools: [pool], rng: stream(3) });
    const kept = cut(mask, scores, { rate, pool: "all", exclude: (name) => !names.test(name), rng: stream(1) });
    return (name: string) => kept.get(name)!.length;
  };
  const kept = await keptOf(/conv/, 0.99); // the dense layer is whole, and the last one
  for (const [name, count] of Object.entries(wanted)) expect(kept(name)).toBe(count);
  const norms = [...shapes.keys()].filter((name) => /(norms|bn\d)\..*weight/.test(name));
  const whole = await keptOf(/conv|(norms|bn\d)\..*weight/, 0.9);
  expect(norms.map(whole)).toEqual(norms.map((name) => shapes.get(name)![0]));
});

test("erdos-renyi keeps the sum of the axes over their product, at most all, and all vectors", async () => {
  // densities in the proportion of 20/100 to 16/48: as many weights as 20 to 16
  const shapes = new Map([
    ["a", [10, 10]],
    ["b", [2, 2, 12]],
    ["c", [3]],
  ]);
  const mask = new Map(
    Array.from(shapes, ([name, shape]) => [name, Int32Array.from(Array(shape.reduce((n, s) => n * s)).keys())]),
  );
  const left = async (kept: number) => {
    const scores = await named("erdos-renyi").score({ ...evidence, mask, shapes });
    const cutAway = cut(mask, scores, { rate: 1 - kept / 151, pool: "all", rng: stream(1) });
    return [...cutAway.values()].map(({ length }) => length);
  };
  // the random orders are of each tensor: counts are within one of the densities
  const near = (counts: readonly number[], wanted: readonly number[]) => {
    for (const [i, count] of counts.entries()) expect(Math.abs(count - wanted[i]!)).toBeLessThanOrEqual(1);
  };
  near(await left(3 + 20 + 16), [20, 16, 3]);
  near(await left(3 + 30 + 24), [30, 24, 3]);
  // twice more than b has: it is whole, and a has the rest
  near(await left(3 + 80 + 48), [80, 48, 3]);
});

describe("random", () => {
  const draw = async (seed: number) => [...(await named("random").score({ ...evidence, rng: stream(seed) })).get("w")!];

  test("draws a score in [0, 1) for each weight, by the stream that it is given", async () => {
    const scores = await draw(1);
    expect(scores.length).toBe(3);
    for (const score of scores) expect(score >= 0 && score < 1).toBe(true);
    expect(new Set(scores).size).toBe(3);
    expect(await draw(1)).toEqual(scores);
    expect(await draw(2)).not.toEqual(scores);
  });
});

test.each(CRITERIA.map((criterion) => [criterion.name, criterion] as const))(
  "%s asks only for what it is made of",
  async (name, criterion) => {
    const asked: string[] = [];
    const noting = (what: "initial" | "trained") => () => {
      asked.push(what);
      return evidence[what]();
    };
    const flow = async () => values(1, 1, 1);
    const lossOf = async () => 1;
    await criterion.score({ ...evidence, flow, lossOf, initial: noting("initial"), trained: noting("trained") });
    const trained = ["magnitude", "small-final", "obd", "snip", "grasp", "synflow"].map((of) => [of, ["trained"]]);
    const initial = ["large-init", "small-init"].map((of) => [of, ["initial"]]);
    const neither = ["random", "smart-ratios", "erdos-renyi"].map((of) => [of, []]);
    const needs: Record<string, string[]> = Object.fromEntries([...trained, ...initial, ...neither]);
    expect(asked.sort()).toEqual(needs[name] ?? ["initial", "trained"]);
  },
);

describe("criteria from elsewhere", () => {
  const mine: Criterion = { name: "mine", version: 1, score: async ({ trained }) => trained() };

  test.each<[string, unknown, string]>([
    ["no object", "mine", 'test: criterion is "mine" (string); it is an object'],
    ["no name", { ...mine, name: " " }, 'test: criterion.name is " " (string); it is a name'],
    ["no version", { ...mine, version: undefined }, "test: criterion.version is undefined; it is an integer from 1"],
    ["no score", { name: "mine", version: 1 }, "test: criterion.score is undefined; it is a function"],
    [
      "params that are no JSON",
      { ...mine, params: new Map() },
      "test: criterion.params is a Map, which JSON does not hold",
    ],
    [
      "a built-in name",
      { ...mine, name: "magnitude" },
      'test: criterion.name is "magnitude", which is ours; give it another',
    ],
  ])("with %s are refused", (_, criterion, message) => {
    expect(() => checkCriterion("test", criterion as Criterion)).toThrow(message);
  });

  test("that a node could not tell apart are refused", () => {
    const graph = new Graph();
    for (const criterion of [mine, mine, { ...mine, version: 2 }]) graph.know("test", criterion);
    expect(() => graph.know("test", { ...mine, score: async () => new Map() })).toThrow(
      'test: there is another criterion "mine"; give this one another name or version',
    );
  });
});
