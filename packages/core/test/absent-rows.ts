import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  adamUpdate,
  add,
  type Backend,
  embedding,
  gradients,
  type Matrix,
  Sparse,
  scope,
  stream,
  sum,
  type Tensor,
  tensor,
  textConvolution,
  tokens,
  useBackend,
  type WeightMatrix,
  zeros,
} from "../src/index.ts";
import { mul } from "../src/ops/mul.ts";

/** A table under Adam, as an optimiser holds it; a packed one through the vector of what it stores. */
export interface Table<W extends WeightMatrix = WeightMatrix> {
  readonly weights: W;
  readonly m: Tensor;
  readonly v: Tensor;
}

const rates = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, decoupledDecay: 0 };
export function made(words: number, dim: number, scale = 1): Table<Matrix> {
  const values = stream(1, "table", words, dim).normals(words * dim);
  const weights = tensor(
    values.map((x) => x * scale),
    [words, dim],
    { requiresGrad: true },
  );
  return { weights, m: zeros([words, dim]), v: zeros([words, dim]) };
}

/** All but every fifth element of such a table, rows of unlike lengths. */
function packed(words: number, dim: number): Table<Sparse<readonly [number, number]>> {
  const all = made(words, dim).weights.data;
  const positions = Int32Array.from(all.keys()).filter((at) => (at * 7 + Math.floor(at / dim)) % 5 > 0);
  const values = tensor(positions.length === 0 ? [] : Array.from(positions, (at) => all[at]!), [positions.length], {
    requiresGrad: true,
  });
  const state = () => zeros([positions.length]);
  return { weights: new Sparse([words, dim] as const, positions, values), m: state(), v: state() };
}

const trained = (weights: WeightMatrix): Tensor => (weights instanceof Sparse ? weights.values : weights);

/** A step on the words of a text, whose gradient is in rows, or written out: by adding 0. */
export function step(
  { weights, m, v }: Table,
  words: readonly number[],
  {
    size,
    learningRate,
    at,
    whole,
    ...changed
  }: { size: number; learningRate: number; at: number; whole: boolean } & Partial<typeof rates>,
): void {
  scope(() => {
    const dim = weights.shape[1];
    const kernel = tensor(stream(2, "kernel", at).normals(dim * 2), [1, dim, 2]);
    const y = textConvolution(weights, tokens(words, [words.length, 1]), [{ kernel }], { paddingId: 1 });
    const parameter = trained(weights);
    const [gradient] = gradients(sum(mul(y, size)), [parameter]);
    adamUpdate(
      parameter,
      whole ? add(gradient, 0) : gradient,
      { m, v },
      { ...rates, ...changed, learningRate, step: at },
    );
  });
}

export const read = ({ weights, m, v }: Table): Promise<Float32Array[]> =>
  Promise.all([trained(weights), m, v].map((x) => x.read()));

/** On each backend: rows whose steps of Adam wait have the bits of Adam on every row. */
export function testAbsentRows(backends: readonly { readonly name: string; readonly backend: Backend }[]): void {
  describe.each(backends)("on $name", ({ backend }) => {
    test("rows absent for thousands of steps have the bits of Adam on every row", async () => {
      useBackend(backend);
      const [words, dim] = [24, 7];
      const [lazy, eager] = [made(words, dim), made(words, dim)];
      for (let at = 1; at <= 3000; at++) {
        // word w comes every 2^(w/2) steps or so: the last ones once in 3,000
        const present = Array.from({ length: words }, (_, w) => w).filter((w) => at % Math.round(2 ** (w / 2)) === 0);
        const options = { size: 1e-4, learningRate: 1e-3 * (1 + Math.cos(at / 300)), at };
        step(lazy, [0, ...present], { ...options, whole: false });
        step(eager, [0, ...present], { ...options, whole: true });
        if (at % 700 === 0) expect(await read(lazy)).toEqual(await read(eager));
      }
      expect(await read(lazy)).toEqual(await read(eager));
    });

    test("and so have those of a packed table", async () => {
      useBackend(backend);
      const [words, dim] = [24, 37];
      const [lazy, eager] = [packed(words, dim), packed(words, dim)];
      for (let at = 1; at <= 1500; at++) {
        const present = Array.from({ length: words }, (_, w) => w).filter((w) => at % Math.round(2 ** (w / 2)) === 0);
        const options = { size: 1e-4, learningRate: 1e-3, at };
        step(lazy, [0, ...present], { ...options, whole: false });
        step(eager, [0, ...present], { ...options, whole: true });
        if (at % 400 === 0)
          expect(await embedding(lazy.weights, tokens([23, 4], [2])).read()).toEqual(
            await embedding(eager.weights, tokens([23, 4], [2])).read(),
          );
      }
      expect(await read(lazy)).toEqual(await read(eager));
    });

    test("whatever the sizes, the gradients and the rates, down to what is flushed and up to what overflows", async () => {
      useBackend(backend);
      const steps = fc.array(
        fc.record({
          words: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 3 }),
          repeat: fc.constantFrom(1, 2, 15, 16, 17, 90, 400),
        }),
        { minLength: 1, maxLength: 5 },
      );
      await fc.assert(
        fc.asyncProperty(
          steps,
          fc.integer({ min: 1, max: 9 }),
          fc.constantFrom(1e-30, 1e-18, 1e-12, 1e-4, 1, 1e18),
          fc.constantFrom(0, 1e-9, 1e-3, 10, 1e30),
          fc.constantFrom(0, 1e-35, 1e-3, 1, 1e30),
          async (plan, dim, size, learningRate, scale) => {
            const [lazy, eager] = [made(6, dim, scale), made(6, dim, scale)];
            let at = 0;
            for (const { words, repeat } of plan) {
              for (let i = 0; i < repeat; i++) {
                at++;
                for (const [table, whole] of [
                  [lazy, false],
                  [eager, true],
                ] as const) {
                  step(table, i === 0 ? words : [0], { size, learningRate, at, whole });
                }
              }
            }
            expect(await read(lazy)).toEqual(await read(eager));
          },
        ),
        { numRuns: 25 },
      );
    });
  });
}
