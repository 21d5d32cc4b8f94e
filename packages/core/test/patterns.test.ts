import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { backendOf } from "../src/backends/wasm/backend.ts";
import { instantiate } from "../src/backends/wasm/instantiate.ts";
import { LinearMemory } from "../src/backends/wasm/memory.ts";
import { serial } from "../src/backends/wasm/thread-pool.ts";
import {
  add,
  type Backend,
  type Cube,
  conv1d,
  dense,
  embedding,
  gradients,
  type LstmWeights,
  lstm,
  type Matrix,
  matmul,
  mul,
  type Shape,
  Sparse,
  scope,
  square,
  stream,
  sum,
  type Tensor,
  tensor,
  textConvolution,
  textLstm,
  tokens,
  useBackend,
  type Vector,
  type Weight,
  type WeightCube,
  type WeightMatrix,
} from "../src/index.ts";
import { backends } from "./backends.ts";

// What is made of positions (entries by rows, by columns, by channels, bits, joined patterns) is kept. It must be that of the shape in which they are used, whatever else
// the same array is, or was, the positions of.

const sizeOf = (shape: Shape): number => shape.reduce((product, n) => product * n, 1);

const eighths = (seed: number, ...shape: number[]): Tensor => {
  const rng = stream(seed);
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => (rng.below(33) - 16) / 8),
    shape,
    { requiresGrad: true },
  );
};

/** The same values at the same positions of every shape. */
const weightOf = (shape: Shape, positions: Int32Array): Sparse =>
  new Sparse(shape, positions, eighths(positions.length, positions.length) as Vector);

/** Every way to compute with a weight of two or three axes. */
const uses: Record<string, (weight: Weight) => Tensor> = {
  dense: (weight) => mul(dense(weight), eighths(2, ...weight.shape)),
  "matmul from the right": (weight) => {
    const w = matrixOf(weight);
    return w === undefined ? dense(weight) : matmul(eighths(3, 3, w.shape[0]) as Matrix, w);
  },
  "matmul by the transposed": (weight) => {
    const w = matrixOf(weight);
    return w === undefined ? dense(weight) : matmul(eighths(4, 3, w.shape[1]) as Matrix, w, { transposeB: true });
  },
  embedding: (weight) => {
    const w = matrixOf(weight);
    return w === undefined
      ? dense(weight)
      : embedding(
          w,
          tokens(
            Int32Array.from({ length: w.shape[0] }, (_, i) => i),
            [w.shape[0]],
          ),
        );
  },
  "conv1d and textConvolution": (weight) => {
    if (weight.shape.length !== 3) return dense(weight);
    const kernel = weight as WeightCube;
    const channels = kernel.shape[1];
    const table = eighths(5, 6, channels) as Matrix;
    const ids = tokens([0, 1, 2, 3, 4, 5, 5, 3, 1, 0], [2, 5]);
    const features = textConvolution(table, ids, [{ kernel }]);
    return mul(sum(conv1d(embedding(table, ids) as Cube, kernel)), sum(features));
  },
};

function matrixOf(weight: Weight): WeightMatrix | undefined {
  return weight.shape.length === 2 ? (weight as WeightMatrix) : undefined;
}

/** The result and the gradient of what is stored, for a weight and for its dense twin. */
async function both(use: (weight: Weight) => Tensor, weight: Sparse): Promise<(readonly number[])[]> {
  const twin = tensor(await dense(weight).read(), weight.shape, { requiresGrad: true });
  const [y, z] = [use(weight), use(twin)];
  const [[dy], [dz]] = [gradients(sum(y), [weight.values]), gradients(sum(z), [twin])] as const;
  const whole = await dz.read();
  return [
    [...(await y.read()), ...(await dy.read())],
    [...(await z.read()), ...Array.from(weight.positions, (at) => whole[at]!)],
  ];
}

const SHAPES: readonly Shape[] = [
  [2, 4],
  [3, 4],
  [4, 2],
  [8, 1],
  [5, 8],
  [2, 2, 2],
  [1, 4, 4],
  [3, 2, 2],
];

describe.each(backends)("on $name", ({ create }) => {
  let before: Backend;
  beforeAll(async () => {
    before = useBackend(await create());
  });
  afterAll(() => {
    useBackend(before);
  });

  test.each(Object.entries(uses))("%s: one array as the positions of many shapes", async (_, use) => {
    for (const positions of [[1, 4, 6], [0, 2, 3, 5, 7], [0, 1, 2, 3, 4, 5, 6, 7], []]) {
      const shared = Int32Array.from(positions);
      for (const shape of [...SHAPES, ...SHAPES.toReversed()]) {
        const [sparse, twin] = await both(use, weightOf(shape, shared));
        expect(sparse).toEqual(twin);
      }
    }
  });

  test("lstm: one array as the positions of weights of one direction, of two, and of other sizes", async () => {
    const shared = Int32Array.of(0, 3, 5);
    const other = Int32Array.of(1, 2);
    const layerOf = (hidden: number, input: number, ih: Int32Array, hh: Int32Array) => ({
      weightIh: weightOf([4 * hidden, input], ih) as WeightMatrix,
      weightHh: weightOf([4 * hidden, hidden], hh) as WeightMatrix,
      biasIh: eighths(6, 4 * hidden) as Vector,
      biasHh: eighths(7, 4 * hidden) as Vector,
    });
    const ids = tokens([0, 1, 2, 1, 0, 2], [2, 3]);
    const run = async (weights: readonly LstmWeights[], input: number) => {
      const table = eighths(8, 3, input) as Matrix;
      const results = [
        lstm(embedding(table, ids) as Cube, [weights]).output,
        textLstm(table, ids, [weights]).h,
      ] as const;
      const values = weights.flatMap(({ weightIh, weightHh }) =>
        [weightIh, weightHh].map((weight) => (weight instanceof Sparse ? weight.values : (weight as Tensor))),
      );
      const found = gradients(mul(sum(results[0]), sum(results[1])), values);
      const read = await Promise.all([...results, ...found].map((one) => one.read()));
      const positions = weights.flatMap(({ weightIh, weightHh }) =>
        [weightIh, weightHh].map((weight) => (weight instanceof Sparse ? weight.positions : undefined)),
      );
      return { read, positions };
    };
    for (const [hidden, input] of [
      [1, 2],
      [2, 2],
      [1, 3],
      [3, 1],
      [2, 3],
    ] as const) {
      for (const pairs of [
        [[shared, shared]],
        [
          [shared, shared],
          [shared, shared],
        ],
        [
          [shared, other],
          [shared, shared],
        ],
        [
          [shared, shared],
          [other, shared],
        ],
        [[shared, other]],
      ] as const) {
        if (4 * hidden * Math.min(hidden, input) < 6) continue;
        const sparse = pairs.map(([ih, hh]) => layerOf(hidden, input, ih, hh));
        const twins = sparse.map((one) => {
          const [weightIh, weightHh] = [one.weightIh, one.weightHh].map((weight) => dense(weight));
          return { ...one, weightIh, weightHh } as LstmWeights;
        });
        const [mine, theirs] = [await run(sparse, input), await run(twins, input)];
        const at = (values: Float32Array, positions: Int32Array | undefined) =>
          positions === undefined ? values : Float32Array.from(positions, (place) => values[place]!);
        expect(mine.read).toEqual(
          theirs.read.map((values, i) => (i < 2 ? values : at(values, mine.positions[i - 2]!))),
        );
      }
    }
  });

  test("positions are copied: whoever gave them may write to them", async () => {
    const positions = Int32Array.of(0, 5);
    const weight = new Sparse<readonly [number, number]>([2, 3], positions, tensor([1, 2]));
    positions.set([2, 3]);
    expect([...(await dense(weight).read())]).toEqual([1, 0, 0, 0, 0, 2]);
    positions.set([1, 1]);
    expect([...(await matmul(tensor([[1, 1]]), weight).read())]).toEqual([1, 0, 2]);
    expect([...weight.positions]).toEqual([0, 5]);
  });
});

test("a pattern fits weights of its shape only", () => {
  const { pattern } = weightOf([2, 4], Int32Array.of(1, 2));
  expect(new Sparse([2, 4], pattern, tensor([1, 2])).pattern).toBe(pattern);
  expect(() => new Sparse([4, 2], pattern, tensor([1, 2]))).toThrow(
    "Sparse: a pattern of [2,4] is no pattern of [4,2]",
  );
  expect(() => new Sparse([2, 4], pattern, tensor([1, 2, 3]))).toThrow("Sparse: 3 values for 2 positions of [2,4]");
});

test("release gives the memory of the layouts back at once, and what is computed afterwards is the same", async () => {
  const memory = new LinearMemory(2 ** 24);
  const instance = await instantiate(memory, "strict");
  const before = useBackend(backendOf("wasm", instance, memory, serial(instance.exports)));
  try {
    const positions = Int32Array.from({ length: 2000 }, (_, i) => 10 * i + (i % 7));
    const weight = weightOf([100, 200], positions) as Sparse<readonly [number, number]>;
    const x = eighths(1, 3, 200) as Matrix;
    const all = () =>
      scope(() => {
        const y = add(sum(matmul(x, weight, { transposeB: true })), sum(square(dense(weight))));
        return gradients(y, [weight.values])[0].data;
      });
    const start = memory.size.inUse;
    const first = all();
    expect(memory.size.inUse - start).toBeGreaterThanOrEqual(4 * 2 * 2000); // by rows, and positions
    weight.pattern.release();
    weight.pattern.release();
    expect(memory.size.inUse).toBe(start);
    expect(all()).toEqual(first);
  } finally {
    useBackend(before);
  }
});

test("structures are given back when their pattern is dropped", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const memory = new LinearMemory(2 ** 26);
  const instance = await instantiate(memory, "strict");
  const before = useBackend(backendOf("wasm", instance, memory, serial(instance.exports)));
  try {
    const x = eighths(1, 3, 200) as Matrix;
    const all = Int32Array.from({ length: 100 * 200 }, (_, i) => i);
    /** A new pattern a round, with every structure that there is. */
    const round = (i: number) => {
      const [few, most] = [0.1, 0.6].map((share) => all.filter((at) => stream(i, at).uint32() < share * 2 ** 32));
      for (const positions of [few!, most!]) {
        const weight = weightOf([100, 200], positions) as Sparse<readonly [number, number]>;
        for (const y of [
          matmul(x, weight, { transposeB: true }),
          embedding(weight, tokens([0, 7], [2])),
          dense(weight),
        ])
          gradients(sum(y), [weight.values]);
        const halves = [0, 1].map(() => ({
          weightIh: weight,
          weightHh: weightOf(
            [100, 25],
            positions.filter((at) => at < 2500),
          ) as WeightMatrix,
          biasIh: eighths(6, 100) as Vector,
          biasHh: eighths(7, 100) as Vector,
        }));
        gradients(sum(lstm(eighths(1, 2, 2, 200) as Cube, [halves]).output), [weight.values]);
      }
    };
    const flush = async () => {
      for (let turn = 0; turn < 4; turn++) {
        collect();
        await setImmediate();
      }
      return memory.size.inUse;
    };
    round(0);
    const after = await flush();
    for (let i = 1; i <= 10; i++) round(i);
    expect(await flush()).toBeLessThan(after + 2 ** 16);
  } finally {
    useBackend(before);
  }
});
