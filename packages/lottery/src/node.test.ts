import { describe, expect, test } from "vitest";
import { canonicalJson, type Json } from "./json.ts";
import { hashOf, nodeOf } from "./node.ts";
import { AT, CUT, INIT, START, TRAIN } from "./operations.ts";

const training = {
  data: { name: "toy" },
  backend: "wasm",
  seed: 1,
  epochs: 10,
  learningRate: 0.001,
  evaluationsPerEpoch: 8,
};

describe("the names of nodes", () => {
  // What a hash is made of is frozen: one that changes trains every network of every user again.
  const init = nodeOf(INIT, { architecture: { model: "toy" }, seed: 1 });
  const dense = nodeOf(TRAIN, training, { start: hashOf(init) });
  const best = nodeOf(AT, { state: "best" }, { trained: hashOf(dense) });
  const cut = nodeOf(CUT, { rate: 0.2, seed: 1 }, { weights: hashOf(best) });
  const start = nodeOf(START, { action: "rewind" }, { mask: hashOf(cut), whole: hashOf(init) });
  const ticket = nodeOf(TRAIN, training, { start: hashOf(start) });

  test("are what they have always been", () => {
    expect([init, dense, best, cut, start, ticket].map(hashOf)).toEqual([
      "682306702059ea76",
      "8efb91025ef54c8e",
      "752061c6ac8f7b0a",
      "84d0f6c23d85de11",
      "2207e51502b3ea09",
      "7b335fbae6891476",
    ]);
  });

  test("do not change when an operation gets an option with a default", () => {
    const longer = { ...TRAIN, defaults: { ...TRAIN.defaults, labelSmoothing: 0, schedule: { kind: "constant" } } };
    expect(hashOf(nodeOf(longer, training, dense.inputs))).toBe(hashOf(dense));
    const told = {
      ...training,
      labelSmoothing: 0,
      schedule: { kind: "constant" },
      patience: null,
      firstStep: 0,
      faults: [],
    };
    expect(hashOf(nodeOf(longer, told, dense.inputs))).toBe(hashOf(dense));
    expect(hashOf(nodeOf(longer, { ...training, labelSmoothing: 0.1 }, dense.inputs))).not.toBe(hashOf(dense));
  });

  test("change with the operation, its version, any option that is not the default, and any input", () => {
    const others = [
      { ...dense, op: "evaluate" },
      { ...dense, version: 3 },
      nodeOf(TRAIN, { ...training, patience: 3 }, dense.inputs),
      nodeOf(TRAIN, { ...training, firstStep: 8 }, dense.inputs),
      nodeOf(TRAIN, { ...training, clipNorm: 1 }, dense.inputs),
      nodeOf(TRAIN, { ...training, faults: ["patience-never-resets"] }, dense.inputs),
      nodeOf(TRAIN, training, { start: hashOf(start) }),
      nodeOf(TRAIN, training, { other: hashOf(init) }),
    ];
    expect(new Set([dense, ...others].map(hashOf)).size).toBe(1 + others.length);
  });
});

describe("canonical JSON", () => {
  test("is one text for one content, whatever the order of keys", () => {
    expect(canonicalJson({ b: [1, null, "é\n"], a: { d: true, c: 1e-7 } })).toBe(
      '{"a":{"c":1e-7,"d":true},"b":[1,null,"é\\n"]}',
    );
    expect(canonicalJson({ a: 1, b: 2 })).toBe(canonicalJson({ b: 2, a: 1 }));
  });

  test("tells apart what differs", () => {
    const all: Json[] = [
      { a: 1 },
      { a: "1" },
      { a: [1] },
      { a: { b: 1 } },
      { "a.b": 1 },
      { a: null },
      { a: true },
      {},
      [],
      0,
      "",
    ];
    expect(new Set(all.map(canonicalJson)).size).toBe(all.length);
  });

  test.each([
    [{ a: [0, -0] }, "canonicalJson: value.a[1] is −0, which JSON does not hold"],
    [{ a: Number.NaN }, "canonicalJson: value.a is NaN, which JSON does not hold"],
    [Number.POSITIVE_INFINITY, "canonicalJson: value is Infinity, which JSON does not hold"],
    [{ a: undefined as unknown as Json }, "canonicalJson: value.a is undefined, which JSON does not hold"],
  ])("refuses what JSON does not hold, by its place: %#", (value, message) => {
    expect(() => canonicalJson(value)).toThrow(message);
  });
});
