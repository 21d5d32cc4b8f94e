import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  adamUpdate,
  add,
  type Backend,
  gradients,
  scope,
  stream,
  sum,
  tensor,
  textConvolution,
  tokens,
  useBackend,
  zeros,
} from "../src/index.ts";
import { mul } from "../src/ops/mul.ts";
import { rowsOf } from "../src/ops/rows.ts";
import { weightsOf } from "../src/testing/check-gradient.ts";
import { backends } from "./backends.ts";

const rates = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
const decays = [
  { weightDecay: 0, decoupledDecay: 0 },
  { weightDecay: 0.1, decoupledDecay: 0 },
  { weightDecay: 0, decoupledDecay: 0.1 },
];

/** Many steps of Adam on an embedding whose gradient is kept in rows, or written out before: by adding 0. */
async function trained(
  words: number,
  dim: number,
  steps: number,
  paddingId: number | undefined,
  whole: boolean,
  decay: (typeof decays)[number],
) {
  const rng = stream(1, "rows", words, dim);
  const table = tensor(rng.normals(words * dim), [words, dim], { requiresGrad: true });
  const kernel = tensor(rng.normals(2 * dim * 3), [2, dim, 3]);
  const state = { m: zeros([words, dim]), v: zeros([words, dim]) };
  for (let step = 1; step <= steps; step++) {
    scope(() => {
      const texts = tokens(
        Array.from({ length: 8 }, () => rng.below(words)),
        [2, 4],
      );
      const y = textConvolution(table, texts, [{ kernel }], { paddingId });
      const [gradient] = gradients(sum(mul(y, tensor(weightsOf(y.size), y.shape))), [table]);
      expect(rowsOf(gradient)).toBeDefined();
      adamUpdate(table, whole ? add(gradient, 0) : gradient, state, { ...rates, ...decay, step });
    });
  }
  return Promise.all([table, state.m, state.v].map((tensor) => tensor.read()));
}

describe.each(backends)("Adam on rows, on $name", ({ name, create }) => {
  let before: Backend;
  beforeAll(async () => {
    const mine = await create();
    before = useBackend(mine);
  });
  afterAll(() => {
    useBackend(before);
  });

  test("gives the bits of Adam on the whole gradient, rows that no text holds included", async () => {
    const words = fc.integer({ min: 2, max: 40 });
    await fc.assert(
      fc.asyncProperty(
        words,
        fc.integer({ min: 1, max: 12 }),
        fc.boolean(),
        fc.constantFrom(...decays),
        async (words, dim, padded, decay) => {
          const steps = name === "deferred" ? 3 : 12;
          const run = (whole: boolean) => trained(words, dim, steps, padded ? 1 : undefined, whole, decay);
          expect(await run(false)).toEqual(await run(true));
        },
      ),
      { numRuns: name === "deferred" ? 3 : 30 },
    );
  });

  test("sees what was written into a gradient", async () => {
    const table = tensor([1, 2, 3, 4], [4, 1], { requiresGrad: true });
    const y = textConvolution(table, tokens([0, 2], [1, 2]), [{ kernel: tensor([[[1]]]) }]);
    const [gradient] = gradients(sum(y), [table]);
    gradient.write(new Float32Array([0, 1, 0, 0]));
    const state = { m: zeros([4, 1]), v: zeros([4, 1]) };
    adamUpdate(table, gradient, state, { ...rates, weightDecay: 0, decoupledDecay: 0, step: 1 });
    const [first, second, third, fourth] = await table.read();
    expect([first, third, fourth]).toEqual([1, 3, 4]);
    expect(second).toBeLessThan(2);
  });
});
