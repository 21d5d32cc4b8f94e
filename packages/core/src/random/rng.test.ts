import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalQuantile } from "./normal-quantile.ts";
import { stream } from "./rng.ts";
import { threefry } from "./threefry.ts";

const hex = (words: Uint32Array) => [...words].map((word) => word.toString(16).padStart(8, "0"));

describe("threefry", () => {
  // Known answers of the authors' library Random123 (kat_vectors, threefry2x32, 20 rounds).
  test.each([
    [0, 0, 0, 0, ["6b200159", "99ba4efe"]],
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, ["1cb996fc", "bb002be7"]],
    [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3, ["c4923a9c", "483df7a0"]],
  ])("gives the published words for key %i %i, counter %i %i", (key0, key1, x0, x1, words) => {
    const out = new Uint32Array(2);
    threefry(key0, key1, x0, x1, out);
    expect(hex(out)).toEqual(words);
  });
});

describe("normalQuantile", () => {
  // Wichura 1988, p. 482: the three test values of AS 241.
  test.each([
    [0.25, -0.6744897501960817],
    [0.001, -3.090232306167814],
    [1e-20, -9.262340089798408],
    [0.999, 3.090232306167814],
    [0.5, 0],
  ])("at %d is %d", (p, z) => {
    expect(Math.abs(normalQuantile(p) - z)).toBeLessThanOrEqual(2e-15 * Math.max(1, Math.abs(z)));
  });
});

describe("a stream", () => {
  test("is a function of its name", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.string(), fc.nat(), (seed, purpose, step) => {
        const first = stream(seed, purpose, step);
        const again = stream(seed).split(purpose).split(step);
        return first.uint32() === again.uint32() && first.uint32() === again.uint32();
      }),
    );
  });

  test("differs from its neighbours: other seed, purpose, step, order of names, and its own draws", () => {
    const words = [
      stream(1, "init"),
      stream(2, "init"),
      stream(1, "inis"),
      stream(1, "init", 0),
      stream(1, "init", 1),
      stream(1, 1, 0),
      stream(1, 0, 1),
      stream(1, "a", "b"),
      stream(1, "ab"),
      stream(1, "ab\0"),
      stream(1, "init").fork(),
    ].map((rng) => rng.uint32());
    expect(new Set(words).size).toBe(words.length);
    const parent = stream(7);
    const draws = Array.from({ length: 64 }, () => parent.uint32());
    const children = Array.from({ length: 64 }, (_, i) => stream(7, i).key[0]);
    expect(children.filter((word) => draws.includes(word))).toEqual([]);
  });

  test("can be split without being moved", () => {
    const rng = stream(3);
    rng.split("elsewhere").normals(10);
    expect(rng.uint32()).toBe(stream(3).uint32());
  });

  test("refuses seeds that are no counters", () => {
    expect(() => stream(-1)).toThrow(
      "stream: -1 is neither a seed nor a counter: those are integers from 0 to 2⁵³ − 1",
    );
    expect(() => stream(0.5)).toThrow(RangeError);
    expect(() => stream(1, Number.NaN)).toThrow(RangeError);
  });

  test("keeps the bits it had: golden words", () => {
    const rng = stream(42, "init", 7);
    expect([rng.uint32(), rng.uint32(), rng.uint32()].map((word) => word.toString(16))).toMatchInlineSnapshot(`
      [
        "a477be21",
        "e6cf6e1",
        "b4c9e931",
      ]
    `);
    expect([...stream(42, "order").permutation(8)]).toMatchInlineSnapshot(`
      [
        7,
        1,
        0,
        3,
        4,
        6,
        2,
        5,
      ]
    `);
  });

  test("is uniform and normal to within five standard errors", () => {
    const n = 200_000;
    const uniforms = stream(1, "uniform").uniforms(n);
    const mean = uniforms.reduce((sum, u) => sum + u, 0) / n;
    expect(Math.abs(mean - 0.5)).toBeLessThan((5 * Math.sqrt(1 / 12)) / Math.sqrt(n));
    expect(uniforms.every((u) => u >= 0 && u < 1)).toBe(true);
    const normals = stream(1, "normal").normals(n);
    const moment = (power: number) => normals.reduce((sum, z) => sum + z ** power, 0) / n;
    expect(Math.abs(moment(1))).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan((5 * Math.SQRT2) / Math.sqrt(n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan((5 * Math.sqrt(96)) / Math.sqrt(n));
  });

  test("draws uniforms below high, whatever rounds up to it, and all others as rounding to float32 gives them", () => {
    const drawn = (word: number, low: number, high: number) =>
      Object.assign(stream(1), { uint32: () => word }).uniforms(1, low, high)[0]!;
    const last = 2 ** 32 - 1;
    expect(drawn(last, 0, 1)).toBe(1 - 2 ** -24);
    expect(drawn(last, -1, 0)).toBe(Math.fround(-(2 ** -32)));
    expect(drawn(last, -3, -1)).toBe(-1 - 2 ** -23);
    expect(drawn(last, 0, 0.1)).toBe(Math.fround(0.1) - 2 ** -27); // float32's 0.1 is above 0.1
    expect(drawn(last, 0, 0.7)).toBe(Math.fround(0.7)); // and its 0.7 below
    expect(drawn(last, 0, 2 ** -149)).toBe(0);
    expect(drawn(last, -(2 ** -160), 0)).toBe(-(2 ** -149));
    expect(drawn(last, -1e39, 1e39)).toBe(2 ** 128 - 2 ** 104);
    expect(drawn(last, 5, 5)).toBe(5);
    const word = fc.oneof(fc.integer({ min: 0, max: last }), fc.integer({ min: last - 300, max: last }));
    const float = fc.oneof(
      fc.double({ noDefaultInfinity: true, noNaN: true }),
      fc.double({ min: -1, max: 1, noNaN: true }),
    );
    fc.assert(
      fc.property(word, float, float, (word, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const rounded = Math.fround(low + (high - low) * (word * 2 ** -32));
        const x = drawn(word, low, high);
        if (low < high && !Number.isNaN(rounded)) expect(x).toBeLessThan(high);
        if (low === high || !(rounded >= high)) expect(x).toBe(rounded);
      }),
      { numRuns: 1000 },
    );
  });

  test("draws integers below n, each equally often (χ² below its 1 − 10⁻⁶ quantile)", () => {
    const rng = stream(5, "below");
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) counts[rng.below(10)]!++;
    expect(counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(43.6);
    expect(() => rng.below(0)).toThrow("below: 0 is not an integer from 1 to 2³²");
  });

  test("permutes: every index once, and every order of three equally often", () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(), (n, seed) => {
        expect([...stream(seed).permutation(n)].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
    const seen = new Map<string, number>();
    const rng = stream(9);
    for (let i = 0; i < 60_000; i++) {
      const order = rng.permutation(3).join();
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect([...seen.values()].reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(35.9);
  });
});
