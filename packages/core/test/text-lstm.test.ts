import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Backend,
  type Cube,
  dense,
  dropout,
  embedding,
  gradients,
  type LstmWeights,
  lstm,
  type Matrix,
  mul,
  Sparse,
  stream,
  sum,
  type Tensor,
  tensor,
  textLstm,
  tokens,
  useBackend,
} from "../src/index.ts";
import { backends } from "./backends.ts";

const [words, dim, hidden] = [7, 3, 4];

interface Case {
  readonly ids: readonly number[];
  readonly lengths: readonly number[];
  readonly paddingId: number | undefined;
  readonly p: number;
  readonly layers: number;
  readonly seed: number;
}

const cases: fc.Arbitrary<Case> = fc.integer({ min: 1, max: 5 }).chain((time) =>
  fc.record({
    ids: fc.array(fc.nat(words - 1), { minLength: 3 * time, maxLength: 3 * time }),
    lengths: fc.array(fc.integer({ min: 1, max: time }), { minLength: 3, maxLength: 3 }),
    paddingId: fc.option(fc.nat(words - 1), { nil: undefined }),
    p: fc.constantFrom(0, 0.5),
    layers: fc.integer({ min: 1, max: 2 }),
    seed: fc.nat(),
  }),
);

/** The final states, weighed and summed, and the gradients of the table and all weights. */
async function everything(fused: boolean, { ids, lengths, paddingId, p, layers, seed }: Case): Promise<Float32Array[]> {
  const rng = stream(seed);
  const leaf = (...shape: number[]) => {
    const size = shape.reduce((product, n) => product * n, 1);
    return tensor(
      rng.normals(size).map((x) => x / 2),
      shape,
      { requiresGrad: true },
    );
  };
  const table = leaf(words, dim) as Matrix;
  const weights = Array.from({ length: 2 * layers }, (_, i) => {
    const input = i < 2 ? dim : 2 * hidden;
    return [leaf(4 * hidden, input), leaf(4 * hidden, hidden), leaf(4 * hidden), leaf(4 * hidden)];
  });
  const directions = weights.map(([weightIh, weightHh, biasIh, biasHh]) => {
    return { weightIh, weightHh, biasIh, biasHh } as LstmWeights;
  });
  const stack = Array.from({ length: layers }, (_, k) => directions.slice(2 * k, 2 * k + 2));
  const texts = tokens(ids, [3, ids.length / 3]);
  const ends = tokens(lengths, [3]);
  // what is dropped is drawn for the real tokens, so it can only be compared where all are
  const inputDropout = { p: lengths.every((length) => length === texts.shape[1]) ? p : 0, rng: stream(seed, "drop") };
  const { h, c } = fused
    ? textLstm(table, texts, stack, { lengths: ends, inputDropout, paddingId })
    : lstm(dropout(embedding(table, texts, { paddingId }) as Cube, inputDropout.p, inputDropout.rng), stack, {
        lengths: ends,
      });
  const weighed = (x: Cube) => sum(mul(x, leaf(...x.shape)));
  const leaves: Tensor[] = [table, ...weights.flat()];
  const loss = sum(mul(weighed(h), weighed(c)));
  return Promise.all([h, c, ...gradients(loss, leaves)].map((one) => one.read()));
}

describe.each(backends)("on $name, textLstm", ({ name, create }) => {
  let before: Backend;
  beforeAll(async () => {
    before = useBackend(await create());
  });
  afterAll(() => {
    useBackend(before);
  });

  test("is embedding, dropout and lstm: the same bits, and gradients but for the order of additions", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (of) => {
        const [fused, composed] = [await everything(true, of), await everything(false, of)];
        expect(fused.slice(0, 2)).toEqual(composed.slice(0, 2));
        for (const [i, gradient] of fused.entries()) {
          const largest = composed[i]!.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
          for (const [j, value] of gradient.entries()) {
            expect(Math.abs(value - composed[i]![j]!)).toBeLessThanOrEqual(2 ** -20 * largest); // sums of at most 15 terms
          }
        }
      }),
      { numRuns: name === "deferred" ? 5 : 100 },
    );
  });

  test("gives the same gradients to who asks a second time, though the first has used the gates up", async () => {
    for (const p of [0, 0.5]) {
      const rng = stream(5, "twice");
      const leaf = (...shape: number[]) =>
        tensor(rng.normals(shape.reduce((product, n) => product * n, 1)), shape, { requiresGrad: true });
      const table = leaf(words, dim) as Matrix;
      const layers = [0, 1].map((k) =>
        [0, 1].map(() => {
          const [weightIh, weightHh] = [leaf(4 * hidden, k === 0 ? dim : 2 * hidden), leaf(4 * hidden, hidden)];
          return { weightIh, weightHh, biasIh: leaf(4 * hidden), biasHh: leaf(4 * hidden) } as LstmWeights;
        }),
      );
      const options = { lengths: tokens([3, 2], [2]), inputDropout: { p, rng: stream(6) } };
      const { h } = textLstm(table, tokens([0, 1, 2, 3, 1, 1], [2, 3]), layers, options);
      const loss = sum(mul(h, h));
      const leaves = [table, ...layers.flat().flatMap((weights) => Object.values(weights) as Tensor[])];
      const bits = (found: readonly Tensor[]) => Promise.all(found.map((one) => one.read()));
      const once = await bits(gradients(loss, leaves));
      expect(once[0]!.some((value) => value !== 0)).toBe(true);
      expect(await bits(gradients(loss, leaves))).toEqual(once);
      const apart = [];
      for (const one of leaves) apart.push(...(await bits(gradients(loss, [one]))));
      expect(apart).toEqual(once);
    }
  });

  test("takes weights of which a pruning left a part", async () => {
    const values = tensor([2, 3], [2], { requiresGrad: true });
    // one unit, one input: of the gates i, f, g, o only i and g see the input
    const weightIh = new Sparse([4, 1] as const, Int32Array.of(0, 2), values);
    const weightHh = new Sparse([4, 1] as const, Int32Array.of(), tensor([], [0]));
    const zeros = tensor([0, 0, 0, 0], [4]);
    const layer: LstmWeights = { weightIh, weightHh, biasIh: zeros, biasHh: zeros };
    const { c } = textLstm(tensor([[0], [0.5]]), tokens([1], [1, 1]), [[layer]]);
    const sigmoid = 1 / (1 + Math.exp(-1));
    expect((await c.read())[0]).toBeCloseTo(sigmoid * Math.tanh(1.5), 6);
    const [found] = gradients(sum(c), [values]);
    const [di, dg] = await found.read();
    expect(di).toBeCloseTo(0.5 * sigmoid * (1 - sigmoid) * Math.tanh(1.5), 6);
    expect(dg).toBeCloseTo(0.5 * sigmoid * (1 - Math.tanh(1.5) ** 2), 6);
  });

  test("gives the same bits with what weights store as with all of them, gradients too", async () => {
    for (const [seed, [density, hidden]] of (
      [
        [0.02, 5],
        [0.1, 5],
        [0.3, 5],
        [0.7, 5],
        [0.3, 72],
      ] as const
    ).entries()) {
      const rng = stream(seed, "sparse");
      const [batch, time] = [19, 6];
      const part = (rows: number, columns: number, storedShare: number) => {
        const positions = Int32Array.from({ length: rows * columns }, (_, at) => at).filter(
          () => rng.uniform() < storedShare,
        );
        return { shape: [rows, columns] as const, positions, values: rng.normals(positions.length) };
      };
      const patterns = [0, 1].flatMap((layer) =>
        [0, 1].map(() => [part(4 * hidden, layer === 0 ? 3 : 2 * hidden, density), part(4 * hidden, hidden, density)]),
      );
      const bias = rng.normals(4 * hidden);
      const x = rng.normals(batch * time * 3);
      const lengths = Int32Array.from({ length: batch }, () => 1 + rng.below(time));
      const run = async (skip: boolean) => {
        const trained: Tensor[] = [];
        const weightOf = ({ shape, positions, values }: ReturnType<typeof part>) => {
          const leaf = tensor(values, [values.length], { requiresGrad: true });
          trained.push(leaf);
          const weight = new Sparse(shape, positions, leaf);
          return skip ? weight : dense(weight);
        };
        const directions = patterns.map(([ih, hh]): LstmWeights => {
          const biases = [0, 1].map(() => tensor(bias, [4 * hidden], { requiresGrad: true }));
          trained.push(...biases);
          return { weightIh: weightOf(ih!), weightHh: weightOf(hh!), biasIh: biases[0]!, biasHh: biases[1]! };
        });
        const input = tensor(x, [batch, time, 3], { requiresGrad: true });
        const layers = [directions.slice(0, 2), directions.slice(2)];
        const { output, h, c } = lstm(input, layers, { lengths: tokens(lengths, [batch]) });
        const loss = sum(mul(sum(mul(output, output)), mul(sum(h), sum(mul(c, c)))));
        const found = gradients(loss, [input, ...trained]);
        return Promise.all([output, h, c, ...found].map((one) => one.read()));
      };
      const [skipping, whole] = [await run(true), await run(false)];
      expect(skipping.map((values) => values.map((value) => value + 0))).toEqual(
        whole.map((values) => values.map((value) => value + 0)), // −0 is 0
      );
    }
  });
});
