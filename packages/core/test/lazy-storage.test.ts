import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  adamUpdate,
  add,
  type Backend,
  backend,
  createReferenceBackend,
  detach,
  full,
  gradients,
  gradientValues,
  type Matrix,
  reshape,
  rmspropUpdate,
  type Scalar,
  Sparse,
  scaleGradient,
  scope,
  sgdUpdate,
  square,
  stream,
  sum,
  type Tensor,
  tensor,
  textConvolution,
  textLstm,
  tokens,
  useBackend,
  type WeightMatrix,
  zeros,
} from "../src/index.ts";
import { rowsOf } from "../src/ops/rows.ts";
import { backends } from "./backends.ts";

// What is filled when it is first asked for lies in the scope in which its tensor was made, whoever asks.

const [words, dim] = [40, 6];
const texts = tokens([3, 9, 4, 3, 21, 9], [2, 3]);

function table(): Matrix {
  return tensor(stream(1, "table").normals(words * dim), [words, dim], { requiresGrad: true });
}

/** Every fourth element of such a table. */
function sparseTable(): Sparse<readonly [number, number]> {
  const positions = Int32Array.from({ length: (words * dim) / 4 }, (_, i) => 4 * i + (i % 3));
  const values = tensor(stream(1, "values").normals(positions.length), [positions.length], { requiresGrad: true });
  return new Sparse([words, dim] as const, positions, values);
}

function kimLoss(weights: WeightMatrix): Scalar {
  const kernel = tensor(stream(2, "kernel").normals(2 * dim * 3), [2, dim, 3]);
  return sum(square(textConvolution(weights, texts, [{ kernel }])));
}

function lstmLoss(weights: WeightMatrix): Scalar {
  const rng = stream(3, "lstm");
  const [weightIh, weightHh] = [tensor(rng.normals(8 * dim), [8, dim]), tensor(rng.normals(16), [8, 2])];
  return sum(square(textLstm(weights, texts, [[{ weightIh, weightHh, biasIh: zeros([8]), biasHh: zeros([8]) }]]).h));
}

/** Each with a gradient that is made of rows, where the backend can have one. */
const sources: [string, () => Tensor][] = [
  ["a text convolution's table", () => gradientOf(kimLoss, table())],
  ["a text LSTM's table", () => gradientOf(lstmLoss, table())],
  ["a sparse table", () => gradientOf(kimLoss, sparseTable())],
  ["a text LSTM's sparse table", () => gradientOf(lstmLoss, sparseTable())],
  ["a table, scaled", () => scaleGradient(gradientOf(kimLoss, table()), tensor(0.5))],
];

function gradientOf(lossOf: (weights: WeightMatrix) => Scalar, weights: WeightMatrix): Tensor {
  return gradients(lossOf(weights), [weights instanceof Sparse ? weights.values : weights])[0];
}

const rates = { learningRate: 0.1, momentum: 0, weightDecay: 0 };
/** Ways to ask for the storage of a gradient. */
const touches: [string, (g: Tensor) => unknown][] = [
  ["an operation", (g) => sum(square(g))],
  ["detach", (g) => detach(g)],
  ["reshape", (g) => reshape(g, [-1])],
  ["gradientValues", (g) => gradientValues(g)],
  ["read", (g) => g.read()],
  ["SGD", (g) => sgdUpdate(zeros(g.shape), g, {}, { ...rates, dampening: 0, nesterov: false, first: true })],
  ["RMSprop", (g) => rmspropUpdate(zeros(g.shape), g, { v: zeros(g.shape) }, { ...rates, alpha: 0.9, epsilon: 1 })],
];

/** Takes the memory that was given back before, and overwrites it. */
const takeMemory = (size: number) => Array.from({ length: 8 }, () => full([size], 7));

describe.each(backends)("on $name", ({ name, create }) => {
  let before: Backend;
  beforeAll(async () => {
    before = useBackend(await create());
  });
  afterAll(() => {
    useBackend(before);
  });

  describe.each(sources)("the gradient of %s", (_, make) => {
    test("is made of rows, which are written out when asked for", async () => {
      const gradient = make();
      expect(rowsOf(gradient) !== undefined).toBe(name !== "deferred" || gradient.shape.length === 2);
      await gradient.read();
      expect(rowsOf(gradient)).toBeUndefined();
    });

    test.each(touches)("outside scopes, first asked for inside one by %s", async (_, touch) => {
      const wanted = await make().read();
      const gradient = make();
      scope(() => void touch(gradient));
      const others = takeMemory(gradient.size);
      expect(await gradient.read()).toEqual(wanted);
      for (const other of others) expect(new Set(await other.read())).toEqual(new Set([7]));
    });

    test.each(touches)("in one scope, first asked for two scopes further in by %s", async (_, touch) => {
      const wanted = await make().read();
      const { gradient, reading } = scope(() => {
        const gradient = make();
        scope(() => scope(() => void touch(gradient)));
        takeMemory(gradient.size);
        return { gradient, reading: gradient.read() };
      });
      expect(await reading).toEqual(wanted);
      takeMemory(gradient.size);
      expect(await gradient.read()).toEqual(wanted);
    });

    test("returned from scopes without ever being asked for", async () => {
      const wanted = await make().read();
      const gradient = scope(() => scope(make));
      takeMemory(gradient.size);
      expect(await gradient.read()).toEqual(wanted);
    });

    test("returned from a scope at whose end another backend is in use", async () => {
      const wanted = await make().read();
      const mine = backend();
      const gradient = scope(() => {
        const gradient = make();
        useBackend(createReferenceBackend());
        return gradient;
      });
      useBackend(mine);
      takeMemory(gradient.size);
      expect(await gradient.read()).toEqual(wanted);
    });

    test("written to in a scope", async () => {
      const gradient = make();
      const values = Float32Array.from({ length: gradient.size }, (_, i) => i);
      scope(() => gradient.write(values));
      takeMemory(gradient.size);
      expect(await gradient.read()).toEqual(values);
    });

    test("whose scope has ended is an error, for optimisers too", () => {
      let escaped: Tensor | undefined;
      scope(() => {
        escaped = make();
      });
      const message = "its scope has ended and its memory is given back";
      expect(() => add(escaped!, 1)).toThrow(message);
      expect(() => scaleGradient(escaped!, tensor(1))).toThrow(message);
      expect(() => sum(gradientValues(escaped!))).toThrow(message);
    });
  });

  test("a text convolution's kernel, written out by the first backward pass only", async () => {
    // Rows of which little is stored, and a kernel of which much is, but nothing of its first filter: only backward wants all of it.
    const [channels, filters] = [32, 4];
    const at = Int32Array.from({ length: words * channels }, (_, i) => i);
    const stored = (positions: Int32Array, key: string) =>
      tensor(stream(4, key).normals(positions.length), [positions.length], { requiresGrad: true });
    const some = at.filter((i) => i % 20 === Math.floor(i / channels) % 20);
    const weights = new Sparse([words, channels] as const, some, stored(some, "table"));
    const most = Int32Array.from({ length: 2 * channels * filters }, (_, i) => i).filter((i) => i % filters !== 0);
    const kernel = new Sparse([2, channels, filters] as const, most, stored(most, "kernel"));
    const loss = sum(textConvolution(weights, texts, [{ kernel }]));

    const wanted = scope(() => gradients(loss, [weights.values])[0]);
    takeMemory(kernel.size);
    const again = scope(() => gradients(loss, [weights.values])[0]);
    const values = await wanted.read();
    expect(values.some((value) => value !== 0)).toBe(true);
    expect(await again.read()).toEqual(values);
  });

  test("a gradient made of rows is gone with its scope, even where the rows live on", () => {
    const weights = table();
    const state = { m: zeros(weights.shape), v: zeros(weights.shape) };
    let escaped: Tensor | undefined;
    scope(() => {
      const loss = kimLoss(weights);
      let features: Tensor = loss;
      while (features.node!.name !== "textConvolution") features = features.node!.inputs[0]!;
      const [ofRows, ofTable] = gradients(loss, [features.node!.inputs[0]!, weights]);
      escaped = ofTable;
      return ofRows;
    });
    const step = { learningRate: 1, beta1: 0.9, beta2: 0.9, epsilon: 1, weightDecay: 0, decoupledDecay: 0, step: 1 };
    expect(() => adamUpdate(weights, escaped!, state, step)).toThrow("its scope has ended");
  });
});
