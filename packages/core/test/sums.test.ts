import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  add,
  type Backend,
  binaryCrossEntropyWithLogits,
  broadcastTo,
  createReferenceBackend,
  createWasmBackend,
  crossEntropy,
  full,
  gradients,
  type Matrix,
  mean,
  ones,
  type Rng,
  scope,
  stream,
  sum,
  Tokens,
  tensor,
  useBackend,
  type Vector,
  type WasmBackend,
  zeros,
} from "../src/index.ts";
import { backends } from "./backends.ts";

// The order of sums, as the contract states it (`Kernels.sum`): eight lanes a block of 8,192 terms, and the blocks in pairs.

const f = Math.fround;

/** The sum of terms by the contract, from the leaves of its tree upwards. */
function sumOf(terms: readonly number[]): number {
  let sums: number[] = [];
  for (let from = 0; from < Math.max(1, terms.length); from += 8192) {
    const lanes = Array.from({ length: 8 }, (_, lane) => {
      let total = 0;
      for (let a = from + lane; a < Math.min(from + 8192, terms.length); a += 8) total = f(total + terms[a]!);
      return total;
    });
    const [t0, t1, t2, t3] = [0, 1, 2, 3].map((lane) => f(lanes[lane]! + lanes[lane + 4]!));
    sums.push(f(f(t0! + t2!) + f(t1! + t3!)));
  }
  while (sums.length > 1) {
    const pairs: number[] = [];
    for (let i = 0; i < sums.length; i += 2) pairs.push(i + 1 < sums.length ? f(sums[i]! + sums[i + 1]!) : sums[i]!);
    sums = pairs;
  }
  return sums[0]!;
}

const normals = (rng: Rng, n: number): Float32Array => Float32Array.from(rng.normals(n), (x) => x * 10 ** rng.below(4));

const LENGTHS = [
  ...Array.from({ length: 20 }, (_, n) => n),
  ...[31, 32, 33, 41, 64, 8191, 8192, 8193, 8200, 16_384, 16_389, 24_576, 24_583, 40_000, 65_537],
];

const inUse = async (backend: Backend, body: () => void | Promise<void>): Promise<void> => {
  const before = useBackend(backend);
  try {
    await body();
  } finally {
    useBackend(before);
  }
};

test.each(backends.filter(({ name }) => name !== "deferred"))(
  "on $name, sums have the order of the contract, along any axis, for any length",
  async ({ create }) => {
    await inUse(await create(), () => {
      const rng = stream(1, "sums");
      for (const n of LENGTHS) {
        for (const [outer, inner] of [
          [1, 1],
          [3, 1],
          [1, 2],
          [2, 7],
          [1, 33],
          ...(n <= 64 ? ([[1, 1030]] as const) : []),
        ] as const) {
          const x = normals(rng, outer * n * inner);
          const found = scope(() => Float32Array.from(sum(tensor(x, [outer, n, inner]), { axis: 1 }).data));
          const expected = Float32Array.from({ length: outer * inner }, (_, at) => {
            const [o, i] = [Math.floor(at / inner), at % inner];
            return sumOf(Array.from({ length: n }, (_, a) => x[(o * n + a) * inner + i]!));
          });
          expect(found, `[${outer},${n},${inner}]`).toEqual(expected);
        }
      }
    });
  },
);

test.each(backends.filter(({ name }) => name !== "deferred"))(
  "on $name, sums of nothing but −0 are 0: every lane begins at 0",
  async ({ create }) => {
    await inUse(await create(), () => {
      for (let n = 0; n <= 17; n++) {
        for (const inner of [1, 2, 5]) {
          const found = sum(full([3, n, inner], -0), { axis: 1 });
          expect([...found.data], `[3,${n},${inner}]`).toEqual(new Array(3 * inner).fill(0));
        }
      }
    });
  },
);

describe("at lengths where a chain of float32 additions stands still", () => {
  const many = 2 ** 24 + 1000;
  let several: WasmBackend;
  beforeAll(async () => {
    several = await createWasmBackend({ threads: 3 });
  });
  afterAll(() => several.close());

  const each = async (body: () => void): Promise<void> => {
    for (const backend of [createReferenceBackend(), await createWasmBackend(), several])
      await inUse(backend, () => scope(body));
  };

  test(
    "ones are counted: of all, of rows, of columns",
    () =>
      each(() => {
        expect(sum(ones([many])).data[0]).toBe(many);
        expect([...scope(() => sum(ones([2, many]), { axis: 1 })).data]).toEqual([many, many]);
        expect([...scope(() => sum(ones([many, 3]), { axis: 0 })).data]).toEqual([many, many, many]);
      }),
    60_000,
  );

  test("the mean of five million 0.1 is 0.1", () =>
    each(() => {
      expect(Math.abs(mean(full([5e6], 0.1)).data[0]! - 0.1)).toBeLessThan(2e-6);
    }));

  test(
    "the gradient of a bias counts its rows, and that of what was repeated its copies",
    () =>
      each(() => {
        const bias = zeros([1], { requiresGrad: true }) as Vector;
        const [dbias] = scope(() => gradients(sum(add(zeros([many, 1]) as Matrix, bias)), [bias]));
        expect(dbias.data[0]).toBe(many);
        const one = zeros([1], { requiresGrad: true });
        const [done] = scope(() => gradients(sum(broadcastTo(one, [many])), [one]));
        expect(done.data[0]).toBe(many);
      }),
    60_000,
  );

  test(
    "losses are the mean of their rows",
    () =>
      each(() => {
        const batch = 2 ** 22;
        const targets = new Tokens(new Int32Array(batch), [batch] as const);
        for (const loss of [
          () => crossEntropy(zeros([batch, 2]), targets),
          () => binaryCrossEntropyWithLogits(zeros([batch]), targets),
        ])
          expect(Math.abs(scope(loss).data[0]! - Math.LN2)).toBeLessThan(1e-5);
        // and of a row, the sum of its classes
        const wide = scope(() => crossEntropy(zeros([1, many]), new Tokens(new Int32Array(1), [1] as const)));
        expect(Math.abs(wide.data[0]! - Math.log(many))).toBeLessThan(1e-5);
      }),
    60_000,
  );
});
