import { Sparse, tensor, type Weight } from "@ltt/core";
import { expect, test } from "vitest";
import { createLaterBackend, using } from "../test/backends.ts";
import { EarlyStopping, snapshot } from "./index.ts";

async function watch(
  losses: number[],
  options: { patience: number; minDelta?: number },
): Promise<{ stopped: boolean[]; best: unknown }> {
  const stopping = new EarlyStopping(new Map(), options);
  const stopped: boolean[] = [];
  for (const [i, loss] of losses.entries()) stopped.push(await stopping.update(10 * (i + 1), loss));
  return { stopped, best: stopping.best };
}

test("stops after so many evaluations in a row without improvement", async () => {
  expect(await watch([3, 2, 2.5, 2.1], { patience: 2 })).toEqual({
    stopped: [false, false, false, true],
    best: { step: 20, loss: 2 },
  });
});

test("an improvement starts the patience anew", async () => {
  const { stopped, best } = await watch([3, 4, 2, 4, 1, 4, 4], { patience: 2 });
  expect(stopped).toEqual([false, false, false, false, false, false, true]);
  expect(best).toEqual({ step: 50, loss: 1 });
});

test("an improvement is more than minDelta; an equal loss is none", async () => {
  expect((await watch([3, 2.6, 2.4], { patience: 1, minDelta: 0.5 })).stopped).toEqual([false, true, false]);
  expect((await watch([3, 3], { patience: 1 })).best).toEqual({ step: 10, loss: 3 });
});

test("the best weights come back, dense and sparse, on every kind of backend", async () => {
  const run = async () => {
    const values = tensor([1], [1], { requiresGrad: true });
    const dense = tensor([1, 2]);
    const weights = new Map<string, Weight>([
      ["a", dense],
      ["b", new Sparse([3], Int32Array.of(1), values)],
    ]);
    const stopping = new EarlyStopping(weights, { patience: 5 });
    await stopping.update(1, 2);
    dense.write(Float32Array.of(3, 4));
    values.write(Float32Array.of(7));
    await stopping.update(2, 1);
    const best = await snapshot(weights);
    dense.write(Float32Array.of(9, 9));
    values.write(Float32Array.of(9));
    await stopping.update(3, 1.5);
    stopping.restore();
    expect(await snapshot(weights)).toEqual(best);
    expect([...(await dense.read()), ...(await values.read())]).toEqual([3, 4, 7]);
  };
  await run();
  await using(createLaterBackend(), run);
});

test("what makes no sense is refused", async () => {
  expect(() => new EarlyStopping(new Map(), { patience: 0 })).toThrow(
    "EarlyStopping: patience is 0; it is an integer from 1",
  );
  expect(() => new EarlyStopping(new Map(), { patience: 1, minDelta: -1 })).toThrow(
    "EarlyStopping: minDelta is -1; it is at least 0",
  );
  const stopping = new EarlyStopping(new Map(), { patience: 1 });
  expect(stopping.best).toBeUndefined();
  expect(() => stopping.restore()).toThrow("EarlyStopping: nothing to restore: no evaluation has been noted");
  await expect(stopping.update(4, Number.NaN)).rejects.toThrow("EarlyStopping: the loss after step 4 is NaN");
});
