import { stream } from "@ltt/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cut } from "./cut.ts";
import type { Pattern, Values } from "./pattern.ts";

const whole = (sizes: Record<string, number>): Pattern =>
  new Map(Object.entries(sizes).map(([name, size]) => [name, Int32Array.from({ length: size }, (_, i) => i)]));
const scoresOf = (values: Record<string, readonly number[]>): Values =>
  new Map(Object.entries(values).map(([name, list]) => [name, Float32Array.from(list)]));
const rng = stream(1, "ties");

/** Patterns with scores of few distinct values, so that ties are common, and a rate. */
const cases = fc
  .array(
    fc.array(
      fc.integer({ min: 0, max: 3 }).map((n) => n / 2),
      { maxLength: 40 },
    ),
    { minLength: 1, maxLength: 3 },
  )
  .chain((tensors) =>
    fc.record({
      pattern: fc.constant<Pattern>(
        new Map(tensors.map((list, t) => [`t${t}`, Int32Array.from(list, (_, i) => 3 * i + t)])),
      ),
      scores: fc.constant<Values>(new Map(tensors.map((list, t) => [`t${t}`, Float32Array.from(list)]))),
      rate: fc.integer({ min: 0, max: 8 }).map((n) => n / 8),
      pool: fc.constantFrom("tensor" as const, "group" as const, "all" as const),
    }),
  );

/** Of t0, t1 and t2. */
const group = (name: string) => (Number(name[1]) % 2 === 0 ? "even" : "odd");

describe("cut", () => {
  test("takes each pool at its own rate, and leaves what is excluded whole, wherever its scores stand", () => {
    const [pattern, scores] = [
      whole({ t0: 8, t1: 4, t2: 2 }),
      scoresOf({ t0: [8, 7, 6, 5, 4, 3, 2, 1], t1: [0, 0, 0, 0], t2: [9, 9] }),
    ];
    const left = (options: Omit<Parameters<typeof cut>[2], "rng">) =>
      Array.from(cut(pattern, scores, { ...options, rng }).values(), ({ length }) => length);
    expect(left({ rate: (name) => (name === "t0" ? 0.25 : 0.5) })).toEqual([6, 2, 1]);
    expect(left({ rate: (name) => (name === "even" ? 0.4 : 0), pool: "group", group })).toEqual([4, 4, 2]);
    expect(left({ rate: 0.5, pool: "all", exclude: (name) => name === "t1" })).toEqual([3, 4, 2]);
    expect(left({ rate: 0.5, exclude: (name) => name === "t1" })).toEqual([4, 4, 1]);
  });

  test("by hand: two of five go, the smallest and, of the two that tie, one", () => {
    const next = cut(whole({ w: 5 }), scoresOf({ w: [4, 1, 0.5, 1, 3] }), { rate: 0.4, rng }).get("w")!;
    expect(next.length).toBe(3);
    expect([0, 4].every((at) => next.includes(at)) && !next.includes(2)).toBe(true);
  });

  test("removes exactly its share, revives none, spares the strongest", () => {
    fc.assert(
      fc.property(cases, ({ pattern, scores, rate, pool }) => {
        const next = cut(pattern, scores, { rate, pool, group, rng });
        for (const [name, positions] of pattern) {
          const kept = next.get(name)!;
          expect(kept.every((at) => positions.includes(at))).toBe(true);
          expect([...kept]).toEqual([...kept].sort((a, b) => a - b));
        }
        const names = [...pattern.keys()];
        const pools = {
          tensor: names.map((name) => [name]),
          group: ["even", "odd"].map((of) => names.filter((name) => group(name) === of)),
          all: [names],
        }[pool];
        for (const names of pools) {
          const left = (of: Pattern) => names.reduce((sum, name) => sum + of.get(name)!.length, 0);
          expect(left(next)).toBe(left(pattern) - Math.round(rate * left(pattern)));
        }

        for (const names of pools) {
          const split = names.flatMap((name) =>
            Array.from(pattern.get(name)!, (at, i) => ({
              kept: next.get(name)!.includes(at),
              score: scores.get(name)![i]!,
            })),
          );
          const worstKept = Math.min(...split.filter(({ kept }) => kept).map(({ score }) => score));
          const bestGone = Math.max(...split.filter(({ kept }) => !kept).map(({ score }) => score));
          expect(worstKept).toBeGreaterThanOrEqual(bestGone);
        }
      }),
    );
  });

  test("by hand: the smallest of a tensor, of a group, of all", () => {
    const pattern = whole({ "a.weight": 2, "a.bias": 2, "b.weight": 4 });
    const scores = scoresOf({ "a.weight": [1, 2], "a.bias": [3, 4], "b.weight": [5, 6, 7, 8] });
    const left = (pool: "tensor" | "group" | "all") => {
      const next = cut(pattern, scores, { rate: 0.5, pool, group: (name) => name[0]!, rng });
      return Array.from(next.values(), (positions) => [...positions]);
    };
    expect(left("tensor")).toEqual([[1], [1], [2, 3]]);
    expect(left("group")).toEqual([[], [0, 1], [2, 3]]);
    expect(left("all")).toEqual([[], [], [0, 1, 2, 3]]);
  });

  test("breaks ties by the seed, every position alike, and the same seed the same way", () => {
    const pattern = whole({ w: 100 });
    const scores = new Map([["w", new Float32Array(100)]]);
    const left = (seed: number) => [...cut(pattern, scores, { rate: 0.5, rng: stream(seed) }).get("w")!];
    expect(left(1)).toEqual(left(1));
    expect(left(1)).not.toEqual(left(2));
    const counts = new Array<number>(100).fill(0);
    for (let seed = 0; seed < 400; seed++) for (const at of left(seed)) counts[at]!++;
    expect(Math.min(...counts)).toBeGreaterThan(200 - 6 * 10); // six standard deviations of binomial(400, ½)
    expect(Math.max(...counts)).toBeLessThan(200 + 6 * 10);
  });

  test("takes a rate for each tensor", () => {
    const rate = (name: string) => (name === "bias" ? 0 : 0.5);
    const scores = scoresOf({ weight: [1, 2, 3, 4], bias: [1, 2] });
    const next = cut(whole({ weight: 4, bias: 2 }), scores, { rate, rng });
    expect([...next.get("weight")!]).toEqual([2, 3]);
    expect([...next.get("bias")!]).toEqual([0, 1]);
  });

  test("twenty rounds of a fifth leave what the published experiment reports", () => {
    let pattern = whole({ w: 100_000 });
    for (let round = 0; round < 20; round++) {
      const scores = new Map([["w", Float32Array.from(pattern.get("w")!, (at) => (at * 7919) % 100_003)]]);
      pattern = cut(pattern, scores, { rate: 0.2, rng });
    }
    expect(100 * (1 - pattern.get("w")!.length / 100_000)).toBeCloseTo(98.8, 1);
  });

  test("refuses rates, scores and pools that make no sense", () => {
    const pattern = whole({ w: 2 });
    expect(() => cut(pattern, scoresOf({ w: [1, 2] }), { rate: 1.5, rng })).toThrow(
      "cut: rate is 1.5; it is a fraction in [0, 1]",
    );
    expect(() => cut(pattern, scoresOf({ w: [1] }), { rate: 0.5, rng })).toThrow('cut: "w" has 1 scores for 2 weights');
    expect(() => cut(pattern, scoresOf({}), { rate: 0.5, rng })).toThrow('cut: "w" has no scores for 2 weights');
    expect(() => cut(pattern, scoresOf({ w: [1, Number.NaN] }), { rate: 0.5, rng })).toThrow(
      'cut: the score of "w" at position 1 is NaN',
    );
    const scores = scoresOf({ w: [1, 2] });
    expect(() => cut(pattern, scores, { rate: () => 0.5, pool: "all", rng })).toThrow(
      "cut: weights of all tensors are pooled: there is one rate for all",
    );
    expect(() => cut(pattern, scores, { rate: 0.5, pool: "group", rng })).toThrow(
      "cut: group is undefined; it is a function",
    );
  });
});
