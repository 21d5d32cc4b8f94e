import { stream } from "@ltt/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { carried, exchanged, grown, survivors } from "./exchange.ts";
import { largest } from "./largest.ts";

const rng = () => stream(1, "test");
const ints = (...values: number[]) => Int32Array.from(values);
const floats = (...values: number[]) => Float32Array.from(values);

test("an exchange by hand: the two smallest of four go, two grow where the gradient is largest", () => {
  const mask = new Map([["w", ints(1, 3, 4, 7)]]);
  const values = new Map([["w", floats(0.5, -0.25, 2, -0.125)]]);
  const kept = survivors(mask, values, new Map([["w", 10]]), 0.5, rng()).get("w")!;
  expect([...kept]).toEqual([1, 4]);
  // 4 has the largest gradient, and stays; 7 went, and comes back as a new weight
  const growth = { positions: ints(0, 2, 4, 6, 7, 9), slopes: floats(1, 3, 9, 0, 2, 1) };
  const more = grown(kept, 10, 2, rng(), growth);
  expect([...more]).toEqual([2, 7]);
  const change = exchanged(mask.get("w")!, kept, more);
  expect([[...change.positions], [...change.from]]).toEqual([
    [1, 2, 4, 7],
    [0, -1, 2, -1],
  ]);
  expect([...carried(values.get("w")!, change)]).toEqual([0.5, 0, 2, 0]);
});

test("where fewer have a gradient than grow, the rest grow anywhere", () => {
  const growth = { positions: ints(0, 2, 6), slopes: floats(0, 3, 0) };
  const seen = new Set<number>();
  for (let seed = 0; seed < 60; seed++) {
    const more = grown(ints(1, 4), 10, 3, stream(seed), growth);
    expect(more).toContain(2);
    expect(more).toEqual(more.toSorted());
    for (const at of more) seen.add(at);
  }
  expect([...seen].sort()).toEqual([0, 2, 3, 5, 6, 7, 8, 9]);
});

test("whole tensors lose nothing", () => {
  const whole = new Map([["b", ints(0, 1)]]);
  expect(survivors(whole, new Map([["b", floats(1, 2)]]), new Map([["b", 2]]), 0.5, rng()).size).toBe(0);
});

test("what grows at random is new, as many as went, and each free place as likely", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(29), { maxLength: 20 }), fc.nat(), (taken, seed) => {
      const kept = ints(...taken).sort();
      const count = Math.min(5, 30 - kept.length);
      const more = grown(kept, 30, count, stream(seed));
      expect(new Set(more).size).toBe(count);
      for (const at of more) expect(!taken.includes(at) && at >= 0 && at < 30).toBe(true);
    }),
  );
  const counts = new Map<number, number>();
  for (let seed = 0; seed < 4000; seed++)
    for (const at of grown(ints(0, 3), 6, 2, stream(seed))) counts.set(at, (counts.get(at) ?? 0) + 1);
  // each of four places with probability ½: 2000 ± 32
  expect([...counts.keys()].sort()).toEqual([1, 2, 4, 5]);
  for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(5 * 32);
});

test("the largest are those of a sort, whatever the bits, and above 0", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.float({ min: 0, noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, 1, 1, 2)), {
        minLength: 1,
        maxLength: 50,
      }),
      fc.nat(50),
      (numbers, count) => {
        const values = Float32Array.from(numbers, Math.abs);
        const found = largest(values, count, rng());
        expect(found).toEqual(Int32Array.from(new Set(found)).sort());
        const sorted = values
          .filter((value) => value > 0)
          .sort()
          .reverse()
          .subarray(0, count);
        expect(
          Float32Array.from(found, (i) => values[i]!)
            .sort()
            .reverse(),
        ).toEqual(sorted);
      },
    ),
  );
});

test("of equal ones a seeded choice", () => {
  const choices = new Set(Array.from({ length: 40 }, (_, seed) => largest(floats(1, 1, 1), 1, stream(seed))[0]));
  expect(choices.size).toBe(3);
});
