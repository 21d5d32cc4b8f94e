import { tensor } from "@ltt/core";
import { describe, expect, test } from "vitest";
import { hashOf, nodeOf } from "./node.ts";
import { TRAIN } from "./operations.ts";
import { checkOptimiser, OPTIMISERS, optimiserOf, optimiserParams } from "./optimisers.ts";

const base = { data: null, backend: "wasm", seed: 1, epochs: 1, learningRate: 0.1, evaluationsPerEpoch: 1 };
const hash = (settings: Partial<Parameters<typeof optimiserParams>[0]>) =>
  hashOf(nodeOf(TRAIN, { ...base, ...optimiserParams({ learningRate: 0.1, ...settings }) }, { start: "ab" }));

describe("the optimiser of a node", () => {
  test("that has its defaults is as if nothing were said", () => {
    const plain = hashOf(nodeOf(TRAIN, base, { start: "ab" }));
    for (const settings of [{}, { optimiser: "adam" }, { weightDecay: 0 }] as const) expect(hash(settings)).toBe(plain);
    expect(hash({ optimiser: "adamw", weightDecay: 0.01 })).toBe(hash({ optimiser: "adamw" }));
    expect(hash({ optimiser: "sgd", momentum: 0 })).toBe(hash({ optimiser: "sgd" }));
  });

  test("that is another makes another node", () => {
    const others = [
      ...OPTIMISERS.map((optimiser) => hash({ optimiser })),
      hash({ optimiser: "sgd", momentum: 0.9 }),
      hash({ weightDecay: 0.1 }),
      hash({ optimiser: "adamw", weightDecay: 0 }),
    ];
    expect(new Set(others).size).toBe(others.length);
  });
});

/** One step from 1 with the gradient 2, learning rate 0.5. */
test.each([
  [{ optimiser: "sgd" }, [0]],
  [{ optimiser: "sgd", weightDecay: 1 }, [-0.5]], // 1 − 0.5·(2 + 1)
  [{ optimiser: "adam" }, [0.5]], // 1 − 0.5·m̂/√v̂
  [{ optimiser: "adamw" }, [0.495]], // 1·(1 − 0.5·0.01) − 0.5
  [{ optimiser: "rmsprop" }, [-4]], // 1 − 0.5·2/√(0.01·4)
] as const)("%j makes its step", async (settings, expected) => {
  const weight = tensor([1], undefined, { requiresGrad: true });
  optimiserOf(new Map([["w", weight]]), { ...settings, learningRate: 0.5 }).step([tensor([2])]);
  const [value] = await weight.read();
  expect(value).toBeCloseTo(expected[0], 5);
});

test("momentum of an optimiser that has none is refused", () => {
  expect(() => checkOptimiser("run: settings", { learningRate: 1, momentum: 0.9 })).toThrow(
    "run: settings: momentum is 0.9; adam has none, sgd and rmsprop do",
  );
});
