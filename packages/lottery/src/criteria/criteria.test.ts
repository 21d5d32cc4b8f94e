import { stream } from "@ltt/core";
import { describe, expect, test } from "vitest";
import type { Criterion, Evidence } from "../criterion.ts";
import { Graph } from "../graph.ts";
import type { Values } from "../pattern.ts";
import { CRITERIA, checkCriterion } from "./criteria.ts";

const values = (...numbers: number[]): Values => new Map([["w", Float32Array.from(numbers)]]);
const never = () => Promise.reject(new Error("not asked for"));

/** Three weights: one shrank and changed its sign, one stayed, one grew. */
const evidence: Evidence = {
  mask: new Map([["w", Int32Array.of(0, 2, 5)]]),
  rng: stream(1, "criterion"),
  initial: async () => values(2, -1, 0.5),
  trained: async () => values(-1, -1, 3),
  gradient: never,
  lossOf: never,
};
const named = (name: string) => CRITERIA.find((criterion) => criterion.name === name)!;

test.each([
  ["magnitude", [1, 1, 3]],
  ["movement", [3, 0, 2.5]],
  ["magnitude-increase", [-1, 0, 2.5]],
  ["large-init", [2, 1, 0.5]],
])("%s, by hand", async (name, scores) => {
  expect([...(await named(name).score(evidence)).get("w")!]).toEqual(scores);
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
    await criterion.score({ ...evidence, initial: noting("initial"), trained: noting("trained") });
    const needs: Record<string, string[]> = { magnitude: ["trained"], "large-init": ["initial"], random: [] };
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
