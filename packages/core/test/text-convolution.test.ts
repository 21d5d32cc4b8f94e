import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  add,
  type Backend,
  type Cube,
  concat,
  conv1d,
  embedding,
  gradients,
  type Matrix,
  maxOverTime,
  mul,
  relu,
  Sparse,
  stream,
  sum,
  tensor,
  textConvolution,
  tokens,
  useBackend,
  type Vector,
} from "../src/index.ts";
import { eighths, idsOf, type Values, valuesOf } from "../src/testing/index.ts";
import { backends } from "./backends.ts";

interface Case {
  readonly texts: Values;
  readonly lengths: readonly number[];
  readonly paddingId: number | undefined;
  /** The table, kernels of the widths 1 and 3, a bias for the second, and what the features are weighed with. */
  readonly weights: readonly Values[];
}

/** Eighths are exact in any order of additions, and ties among them are frequent: so values and gradients must be equal, ties and all. */
const cases: fc.Arbitrary<Case> = fc
  .record({ batch: fc.integer({ min: 1, max: 3 }), time: fc.integer({ min: 3, max: 9 }), channels: fc.nat(5) })
  .chain(({ batch, time, channels }) =>
    fc.record({
      texts: idsOf([batch, time], 6),
      lengths: fc.array(fc.nat(time), { minLength: batch, maxLength: batch }),
      paddingId: fc.option(fc.nat(5), { nil: undefined }),
      weights: fc.tuple(
        valuesOf([6, channels]),
        valuesOf([1, channels, 9]),
        valuesOf([3, channels, 4]),
        valuesOf([4]),
        valuesOf([batch, 13], eighths),
      ),
    }),
  );

type Features = (table: Matrix, narrow: Cube, wide: Cube, bias: Vector, of: Case) => Matrix;

const texts = ({ texts: { data, shape } }: Case) => tokens(data, shape as [number, number]);

const fused: Features = (table, narrow, wide, bias, of) =>
  textConvolution(table, texts(of), [{ kernel: narrow }, { kernel: wide, bias }], {
    lengths: tokens(of.lengths, [of.lengths.length]),
    paddingId: of.paddingId,
  });

const composed: Features = (table, narrow, wide, bias, of) => {
  const x = embedding(table, texts(of), { paddingId: of.paddingId });
  const windows = (width: number) =>
    tokens(
      of.lengths.map((length) => Math.max(1, length - width + 1)),
      [of.lengths.length],
    );
  return concat(
    [maxOverTime(relu(conv1d(x, narrow)), windows(1)), maxOverTime(relu(add(conv1d(x, wide), bias)), windows(3))],
    { axis: 1 },
  );
};

async function everything(features: Features, of: Case): Promise<Float32Array[]> {
  const leaves = of.weights.map(({ data, shape }) => tensor(data, shape, { requiresGrad: true }));
  const [table, narrow, wide, bias, weighing] = leaves as [Matrix, Cube, Cube, Vector, Matrix];
  const y = features(table, narrow, wide, bias, of);
  const found = gradients(sum(mul(y, weighing)), leaves);
  return Promise.all([y, ...found].map((tensor) => tensor.read()));
}

describe.each(backends)("on $name, textConvolution", ({ name, create }) => {
  let before: Backend;
  beforeAll(async () => {
    before = useBackend(await create());
  });
  afterAll(() => {
    useBackend(before);
  });

  test("is embedding, conv1d, bias, relu and maxOverTime, gradients too", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (of) => {
        expect(await everything(fused, of)).toEqual(await everything(composed, of));
      }),
      { numRuns: name === "deferred" ? 10 : 200 },
    );
  });

  test("is they at real sizes, but for the order of additions", async () => {
    const rng = stream(1);
    const [batch, time, words, channels, width, filters] = [2, 30, 40, 100, 5, 12];
    const table = tensor(rng.normals(words * channels), [words, channels]);
    const kernel = tensor(rng.normals(width * channels * filters), [width, channels, filters]);
    const ids = tokens(
      Int32Array.from({ length: batch * time }, () => rng.below(words)),
      [batch, time],
    );
    const y = await textConvolution(table, ids, [{ kernel }]).read();
    const expected = await maxOverTime(relu(conv1d(embedding(table, ids), kernel))).read();
    // two sums of k products differ by at most k·2⁻²³·Σ|a||b|; normal numbers have |a||b| below 40
    const k = width * channels;
    for (const [i, value] of y.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThan(k * 2 ** -23 * k * 40);
  });

  test("takes weights of which a pruning left a part", async () => {
    const values = tensor([2, 3], [2], { requiresGrad: true });
    const kernel = new Sparse([2, 1, 2] as const, Int32Array.of(0, 3), values); // [[[2, 0]], [[0, 3]]]
    const table = new Sparse([3, 1] as const, Int32Array.of(1, 2), tensor([1, 5])); // [[0], [1], [5]]
    const y = textConvolution(table, tokens([0, 1, 2], [1, 3]), [{ kernel }]);
    expect([...(await y.read())]).toEqual([2, 15]);
    const [found] = gradients(sum(y), [values]);
    expect([...(await found.read())]).toEqual([1, 5]);
  });
});
