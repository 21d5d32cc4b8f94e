import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { backendOf } from "../src/backends/wasm/backend.ts";
import { type Arithmetic, instantiate } from "../src/backends/wasm/instantiate.ts";
import { LinearMemory } from "../src/backends/wasm/memory.ts";
import { startThreadPool } from "../src/backends/wasm/thread-pool.ts";
import {
  adamUpdate,
  type Backend,
  type BreakEvens,
  conv1d,
  conv2d,
  createWasmBackend,
  dense,
  embedding,
  gradients,
  matmul,
  mul,
  type Rng,
  type Shape,
  Sparse,
  scope,
  stream,
  sum,
  type Tensor,
  type Tensor4,
  tensor,
  textConvolution,
  tokens,
  useBackend,
  type Weight,
  type WeightCube,
  type WeightMatrix,
  type WeightTensor4,
  zeros,
} from "../src/index.ts";
import { backends } from "./backends.ts";

// A sparse weight and its dense twin, which holds zeros where nothing is stored, give the same bits: results, gradients of everything, gradients of gradients,
// and what Adam makes of them. On numbers of many magnitudes, at every density, with rows and columns that are empty.

/** An operation of the given tensors and weights: `run` is called with sparse weights, then with their twins. */
interface Trial {
  readonly inputs: readonly Shape[];
  readonly weights: readonly Shape[];
  /** Whether most of the weights are stored: of few some operations add up otherwise. Default false. */
  readonly most?: boolean;
  readonly run: (inputs: readonly Tensor[], weights: readonly Weight[]) => Tensor;
}

const DENSITIES = [0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 1];

const trials: Record<string, (rng: Rng) => Trial> = {
  "matmul by a matrix": (rng) => {
    const [m, k, n] = [sizeBelow(rng, 150), sizeBelow(rng, 60), sizeBelow(rng, 40)];
    return {
      inputs: [[m, k]],
      weights: [[k, n]],
      run: ([x], [w]) => matmul(x as WeightMatrix, w as WeightMatrix),
    };
  },
  "matmul by a matrix of long columns": (rng) => {
    const [m, k, n] = [sizeBelow(rng, 60), 200 + rng.below(600), sizeBelow(rng, 5)];
    return {
      inputs: [[m, k]],
      weights: [[k, n]],
      run: ([x], [w]) => matmul(x as WeightMatrix, w as WeightMatrix),
    };
  },
  "matmul by a transposed matrix": (rng) => {
    const [m, k, n] = [sizeBelow(rng, 150), sizeBelow(rng, 60), sizeBelow(rng, 40)];
    return {
      inputs: [[m, k]],
      weights: [[n, k]],
      run: ([x], [w]) => matmul(x as WeightMatrix, w as WeightMatrix, { transposeB: true }),
    };
  },
  conv1d: (rng) => {
    const [batch, channels, width, filters] = [rng.below(4), sizeBelow(rng, 12), 1 + rng.below(5), sizeBelow(rng, 30)];
    const time = width + rng.below(60);
    return {
      inputs: [[batch, time, channels]],
      weights: [[width, channels, filters]],
      run: ([x], [w]) => conv1d(x as Tensor<readonly [number, number, number]>, w as WeightCube),
    };
  },
  conv2d: (rng) => {
    const [kernel, padding] = [[1 + rng.below(5), 1 + rng.below(5)] as const, [rng.below(3), rng.below(3)] as const];
    const image = kernel.map((size, i) => Math.max(1, size - 2 * padding[i]!) + rng.below(12));
    const [batch, channels, filters] = [rng.below(4), sizeBelow(rng, 9), sizeBelow(rng, 20)];
    const stride = [1 + rng.below(3), 2 + rng.below(2)] as const; // with stride 1 few weights are added up otherwise
    return {
      inputs: [[batch, channels, ...image]],
      weights: [[filters, channels, ...kernel]],
      run: ([x], [w]) => conv2d(x as Tensor4, w as WeightTensor4, { stride, padding }),
    };
  },
  "conv2d in tiles": (rng) => {
    const padding = [rng.below(3), rng.below(3)] as const;
    const image = [3 + rng.below(12), 8 + rng.below(12)];
    const [batch, channels, filters] = [1 + rng.below(5), 1 + sizeBelow(rng, 9), 1 + sizeBelow(rng, 20)];
    return {
      inputs: [[batch, channels, ...image]],
      weights: [[filters, channels, 3, 3]],
      most: true,
      run: ([x], [w]) => conv2d(x as Tensor4, w as WeightTensor4, { padding }),
    };
  },
  "written out": (rng) => {
    const shape = [sizeBelow(rng, 12), sizeBelow(rng, 40)];
    return { inputs: [shape], weights: [shape], run: ([x], [w]) => mul(x!, dense(w!)) };
  },
  embedding: (rng) => {
    const [rows, dim] = [1 + rng.below(50), sizeBelow(rng, 40)];
    const count = rng.below(90);
    const ids = tokens(
      Int32Array.from({ length: count }, () => rng.below(rows)),
      [count],
    );
    const paddingId = rng.below(2) === 0 ? undefined : rng.below(rows);
    return {
      inputs: [],
      weights: [[rows, dim]],
      run: (_, [w]) => embedding(w as WeightMatrix, ids, { paddingId }),
    };
  },
  textConvolution: (rng) => {
    const [words, channels, batch] = [1 + rng.below(60), sizeBelow(rng, 40), 1 + rng.below(5)];
    const widths = [1 + rng.below(5), 1 + rng.below(8)];
    const time = Math.max(...widths) + rng.below(20);
    const ids = tokens(
      Int32Array.from({ length: batch * time }, () => rng.below(words)),
      [batch, time],
    );
    const lengths = tokens(
      Int32Array.from({ length: batch }, () => rng.below(time + 1)),
      [batch],
    );
    const paddingId = rng.below(2) === 0 ? undefined : rng.below(words);
    const filters = 1 + rng.below(30);
    return {
      inputs: [],
      weights: [[words, channels], ...widths.flatMap((width) => [[width, channels, filters], [filters]])],
      run: (_, [table, ...rest]) =>
        textConvolution(
          table as WeightMatrix,
          ids,
          widths.map((_, i) => ({
            kernel: rest[2 * i] as WeightCube,
            bias: rest[2 * i + 1] as Weight<readonly [number]>,
          })),
          { lengths, paddingId },
        ),
    };
  },
};

const ONCE = new Set(["textConvolution"]);

const everywhere = [
  ...backends.map(({ name, create }) => ({ name, create })),
  ...backends
    .filter(({ name }) => name.startsWith("wasm"))
    .map(({ name }) => ({
      name: `${name} with two threads for everything`,
      create: () => shared(name === "wasm" ? "strict" : "fma"),
    })),
  ...[0, 1].map((density) => ({
    name: `wasm that writes ${density === 0 ? "every weight" : "no weight"} out`,
    create: () => createWasmBackend({ breakEvens: everywhereAlike(density) }),
  })),
];

function everywhereAlike(density: number): BreakEvens {
  const of = { bits: density, values: density, gradient: density, rows: density, kernels: density };
  return { ...of, product: { one: density, many: density, half: 1 }, recurrent: { few: density, many: density } };
}

/** Two threads, for however little work. */
async function shared(arithmetic: Arithmetic): Promise<Backend> {
  const memory = new LinearMemory(2 ** 30);
  const instance = await instantiate(memory, arithmetic);
  return backendOf("sharing", instance, memory, await startThreadPool(instance, memory, 2), { worth: 1 });
}

describe.each(everywhere)("on $name", ({ name, create }) => {
  let before: Backend;
  beforeAll(async () => {
    before = useBackend(await create());
  });
  afterAll(() => {
    useBackend(before);
  });
  const count = name === "deferred" ? 4 : 40;

  test.each(Object.keys(trials))("%s has the bits of its dense twin", async (operation) => {
    for (let i = 0; i < count; i++) {
      const rng = stream(1, operation, i);
      const { inputs, weights, run, most } = trials[operation]!(rng);
      const given = inputs.map((shape) => floats(rng, shape));
      const stored = weights.map((shape) => patternOf(rng, shape, most));
      const seed = () => stream(2, operation, i);
      const found = await everything(
        { inputs: given, weights: stored.map(asSparse), run },
        seed(),
        !ONCE.has(operation),
      );
      const twins = await everything(
        { inputs: given, weights: stored.map(asDense), run },
        seed(),
        !ONCE.has(operation),
      );
      const at = (values: Float32Array, w: number) => Float32Array.from(stored[w]!.positions, (p) => values[p]!);
      const message = `${operation}, case ${i}: [${weights.map((shape) => `[${shape}]`)}] of ${stored.map(({ positions }) => positions.length)}`;
      expect(found.plain, message).toEqual(twins.plain);
      expect(found.ofWeights, message).toEqual(twins.ofWeights.map((values, w) => at(values, w % stored.length)));
    }
  });

  test("Adam moves the stored weights as it moves those of the dense twin", async () => {
    for (let i = 0; i < count / 4; i++) {
      const rng = stream(3, i);
      const { weights, run } = trials.textConvolution!(rng);
      const stored = weights.map((shape) => patternOf(rng, shape));
      const rates = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: rng.below(2) * 0.1 };
      const trained: Float32Array[][] = [];
      for (const make of [asSparse, asDense]) {
        const made = stored.map(make);
        const states = made.map(({ leaf }) => ({ leaf, m: zeros(leaf.shape), v: zeros(leaf.shape) }));
        for (let step = 1; step <= 3; step++) {
          scope(() => {
            const y = run(
              [],
              made.map(({ weight }) => weight),
            );
            const leaves = states.map(({ leaf }) => leaf);
            const found = gradients(weighed(y, stream(4, i)), leaves);
            for (const [w, { leaf, m, v }] of states.entries()) {
              adamUpdate(leaf, found[w]!, { m, v }, { ...rates, decoupledDecay: 0, step });
            }
          });
          if (make === asDense) for (const [w, { leaf }] of made.entries()) await mask(leaf, stored[w]!);
        }
        trained.push(await Promise.all(states.map(({ leaf }) => leaf.read())));
      }
      const [sparse, dense] = trained as [Float32Array[], Float32Array[]];
      expect(sparse).toEqual(dense.map((values, w) => Float32Array.from(stored[w]!.positions, (p) => values[p]!)));
    }
  });
});

interface Stored {
  readonly shape: Shape;
  readonly positions: Int32Array;
  readonly values: Float32Array;
}

interface Made {
  readonly weight: Weight;
  /** What is differentiated. */
  readonly leaf: Tensor;
}

function asSparse({ shape, positions, values }: Stored): Made {
  const leaf = tensor(values, [values.length], { requiresGrad: true });
  return { weight: new Sparse(shape, positions, leaf), leaf };
}

function asDense({ shape, positions, values }: Stored): Made {
  const all = new Float32Array(sizeOf(shape));
  positions.forEach((at, i) => {
    all[at] = values[i]!;
  });
  const leaf = tensor(all, shape, { requiresGrad: true });
  return { weight: leaf, leaf };
}

/** What is not stored becomes 0 again, as in training with masks. */
async function mask(leaf: Tensor, { positions }: Stored): Promise<void> {
  const [all, kept] = [await leaf.read(), new Float32Array(leaf.size)];
  for (const at of positions) kept[at] = all[at]!;
  leaf.write(kept);
}

/** Sizes about those at which kernels change their ways, 0 among them. */
function sizeBelow(rng: Rng, limit: number): number {
  return rng.below(3) === 0 ? rng.below(9) : rng.below(limit);
}

function sizeOf(shape: Shape): number {
  return shape.reduce((product, n) => product * n, 1);
}

function floats(rng: Rng, shape: Shape): { shape: Shape; data: Float32Array } {
  return { shape, data: new Float32Array(sizeOf(shape)).map(() => rng.normal() * 4 ** (rng.below(7) - 3)) };
}

/** A pattern of some density, in a third of the cases with whole rows empty. */
function patternOf(rng: Rng, shape: Shape, most = false): Stored {
  const { data } = floats(rng, shape);
  const densities = most ? DENSITIES.filter((density) => density > 0.6) : DENSITIES;
  const density = densities[rng.below(densities.length)]!;
  const last = Math.max(1, shape.at(-1)!);
  const rowsLeft = !most && rng.below(3) === 0 ? 0.5 : 1;
  const alive = Array.from({ length: Math.ceil(data.length / last) }, () => rng.uniform() < rowsLeft);
  const positions = Int32Array.from(data.keys()).filter(
    (at) => alive[Math.floor(at / last)]! && rng.uniform() < density,
  );
  return { shape, positions, values: Float32Array.from(positions, (at) => data[at]!) };
}

function weighed(y: Tensor, rng: Rng): Tensor {
  return sum(mul(y, tensor(rng.normals(y.size), y.shape)));
}

/** The result, the gradients of the inputs and of the weights, and the gradients of the gradients of the inputs. */
async function everything(
  {
    inputs,
    weights,
    run,
  }: {
    inputs: readonly { shape: Shape; data: Float32Array }[];
    weights: readonly Made[];
    run: Trial["run"];
  },
  rng: Rng,
  twice: boolean,
): Promise<{ plain: Float32Array[]; ofWeights: Float32Array[] }> {
  const x = inputs.map(({ shape, data }) => tensor(data, shape, { requiresGrad: true }));
  const leaves = [...x, ...weights.map(({ leaf }) => leaf)];
  const y = run(
    x,
    weights.map(({ weight }) => weight),
  );
  const first = gradients(weighed(y, rng), leaves, { createGraph: twice });
  const plain = [y, ...first.slice(0, x.length)];
  const ofWeights = first.slice(x.length);
  if (twice && x.length > 0) {
    const second = gradients(
      weighed(first[0]!, rng),
      weights.map(({ leaf }) => leaf),
    );
    ofWeights.push(...second);
  }
  const read = (tensors: readonly Tensor[]) => Promise.all(tensors.map((each) => each.read()));
  return { plain: await read(plain), ofWeights: await read(ofWeights) };
}
