import { stream, tensor, tokens } from "@ltt/core";
import { expect, test } from "vitest";
import { evaluate, Linear, Sgd, train, trainable } from "./index.ts";
import { turns } from "./turns.ts";

/** How often a timer of a millisecond runs meanwhile. */
async function ticksOf(work: () => Promise<void>): Promise<number> {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  await work();
  clearInterval(timer);
  return ticks;
}

/** 100 ms of batches. */
function* slowBatches() {
  for (const end = performance.now() + 100; performance.now() < end; ) {
    yield { input: tensor([[1, 2]]), targets: tokens([0]) };
  }
}

const classifier = () => new Linear({ inputs: 2, outputs: 2 }, stream(1));

test("a loop of 100 ms lets timers run, one of a moment waits for nothing", async () => {
  const turn = turns();
  expect(turn()).toBeUndefined();
  const loop = async () => {
    for (const end = performance.now() + 100; performance.now() < end; ) await turn();
  };
  expect(await ticksOf(loop)).toBeGreaterThan(0);
});

// Without a turn no memory that is garbage is given back either: what outlives its scope, as batches do.
test("timers run while a network trains, and while it is measured", async () => {
  const model = classifier();
  const optimiser = new Sgd(trainable(model), { learningRate: 0.1 });
  const training = async () => {
    for await (const _ of train(model, { batches: slowBatches, epochs: 1, optimiser, seed: 1 }));
  };
  expect(await ticksOf(training)).toBeGreaterThan(0);
  expect(await ticksOf(async () => void (await evaluate(model, slowBatches())))).toBeGreaterThan(0);
});
