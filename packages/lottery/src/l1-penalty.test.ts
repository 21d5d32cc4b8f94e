import { tensor } from "@ltt/core";
import { expect, test } from "vitest";
import { optimiserOf } from "./optimisers.ts";

test("a step of SGD with λ = 0.5 is against the gradient and half the sign; 0 has none", () => {
  const w = tensor([2, -3, 0], undefined, { requiresGrad: true });
  const optimiser = optimiserOf(new Map([["w", w]]), { optimiser: "sgd", learningRate: 0.25, l1: 0.5 });
  optimiser.step([tensor([1, 1, 1])]);
  // 2 − ¼ (1 + ½), −3 − ¼ (1 − ½), 0 − ¼
  expect([...w.data]).toEqual([1.625, -3.125, -0.25]);
  optimiser.learningRate = 1;
  optimiser.step([tensor([0, 0, 0])]);
  expect([...w.data]).toEqual([1.125, -2.625, 0.25]);
  expect([optimiser.steps, optimiser.learningRate]).toEqual([2, 1]);
});

test("its state is that of the optimiser, which goes on to the same bits", async () => {
  const run = async (breaks: boolean) => {
    const w = tensor([2, -3], undefined, { requiresGrad: true });
    let optimiser = optimiserOf(new Map([["w", w]]), { learningRate: 0.1, l1: 0.01 });
    optimiser.step([tensor([1, -2])]);
    if (breaks) {
      const state = await optimiser.state();
      optimiser = optimiserOf(new Map([["w", w]]), { learningRate: 0.1, l1: 0.01 });
      optimiser.load(state);
    }
    optimiser.step([tensor([0.5, 1])]);
    return [...w.data];
  };
  expect(await run(true)).toEqual(await run(false));
});
