import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  adamUpdate,
  add,
  type Backend,
  detach,
  gradients,
  gradientValues,
  matmul,
  mul,
  noGrad,
  record,
  relu,
  reshape,
  rmspropUpdate,
  type Scalar,
  Sparse,
  scaleGradient,
  scope,
  sgdUpdate,
  sigmoid,
  square,
  stream,
  sum,
  type Tensor,
  tensor,
  textConvolution,
  tokens,
  useBackend,
  zeros,
} from "../src/index.ts";
import { weightsOf } from "../src/testing/check-gradient.ts";
import { backends } from "./backends.ts";
import { operations } from "./operations.ts";

const STALE =
  /^gradients: the rule of .+ reads a tensor \[.*\] that \w+ has overwritten since .+ was computed: take the/;

const leaf = (values: number[]) => tensor(values, [values.length], { requiresGrad: true });
const other = (x: Tensor) => Float32Array.from({ length: x.size }, (_, i) => 1 + (i % 5) / 8);
const contracted = (y: Tensor): Scalar => sum(mul(y, tensor(weightsOf(y.size), y.shape)));

/** The gradients, or undefined if they are refused as stale. */
async function gradientsUnlessStale(
  loss: Scalar,
  leaves: readonly Tensor[],
  createGraph: boolean,
): Promise<Float32Array[] | undefined> {
  let found: readonly Tensor[];
  try {
    found = gradients(loss, leaves, { createGraph });
  } catch (error) {
    expect((error as Error).message).toMatch(STALE);
    return undefined;
  }
  return Promise.all(found.map((gradient) => gradient.read()));
}

describe.each(backends)("on $name", ({ name, create }) => {
  let before: Backend;
  beforeAll(async () => {
    before = useBackend(await create());
  });
  afterAll(() => {
    useBackend(before);
  });

  describe.each(operations)("what is overwritten after $name was computed", (operation) => {
    test("is refused by its gradients, or changes none of their bits", async () => {
      for (const { run, inputs } of fc.sample(operation.trials, { numRuns: name === "deferred" ? 3 : 12, seed: 1 })) {
        const compute = () => {
          const leaves = inputs.map(({ data, shape }) => tensor(data, shape, { requiresGrad: true }));
          const y = run(leaves);
          return { leaves, y, loss: contracted(y) };
        };
        const { leaves, loss, y } = compute();
        if (!y.requiresGrad) return;
        const wanted = [await gradientsUnlessStale(loss, leaves, false)];
        if (operation.twice) wanted.push(await gradientsUnlessStale(loss, leaves, true));
        expect(wanted).not.toContain(undefined);
        for (let i = 0; i <= leaves.length; i++) {
          const again = compute();
          const written = again.leaves[i] ?? again.y;
          written.write(other(written));
          for (const [twice, unwritten] of wanted.entries()) {
            const found = await gradientsUnlessStale(again.loss, again.leaves, twice === 1);
            if (found !== undefined) expect(found).toEqual(unwritten);
          }
        }
      }
    });
  });

  const step = { learningRate: 0.5, momentum: 0.9, weightDecay: 0 };
  const adam = { learningRate: 0.5, beta1: 0.9, beta2: 0.9, epsilon: 1, weightDecay: 0, decoupledDecay: 0, step: 1 };
  const sgd = { ...step, dampening: 0, nesterov: false, first: true };
  const like = (x: Tensor) => tensor(other(x), x.shape);
  /** All that writes in place: `x` is what is written. */
  const writes: [string, string, (x: Tensor) => void][] = [
    ["write", "write", (x) => x.write(other(x))],
    ["write, to what detach gave", "write", (x) => detach(x).write(other(x))],
    ["write, to what reshape gave", "write", (x) => reshape(x, [-1, 1]).write(other(x))],
    ["write, in a scope", "write", (x) => scope(() => x.write(other(x)))],
    ["SGD", "sgdUpdate", (x) => sgdUpdate(x, like(x), {}, { ...sgd, momentum: 0 })],
    ["SGD's velocity", "sgdUpdate", (x) => sgdUpdate(like(x), like(x), { velocity: x }, sgd)],
    ["Adam", "adamUpdate", (x) => adamUpdate(x, like(x), { m: like(x), v: like(x) }, adam)],
    ["Adam's means", "adamUpdate", (x) => adamUpdate(like(x), like(x), { m: x, v: like(x) }, adam)],
    ["Adam's squares", "adamUpdate", (x) => adamUpdate(like(x), like(x), { m: like(x), v: x }, adam)],
    [
      "RMSprop",
      "rmspropUpdate",
      (x) => rmspropUpdate(x, like(x), { v: like(x) }, { ...step, momentum: 0, alpha: 0.9, epsilon: 1 }),
    ],
    [
      "RMSprop's squares",
      "rmspropUpdate",
      (x) => rmspropUpdate(like(x), like(x), { v: x, velocity: like(x) }, { ...step, alpha: 0.9, epsilon: 1 }),
    ],
    [
      "RMSprop's velocity",
      "rmspropUpdate",
      (x) => rmspropUpdate(like(x), like(x), { v: like(x), velocity: x }, { ...step, alpha: 0.9, epsilon: 1 }),
    ],
  ];

  test.each(writes)("both operations are named: %s", (_, writer, write) => {
    const [x, w] = [leaf([1, 2]), leaf([3, 4])];
    const loss = sum(mul(x, w));
    write(w);
    expect(() => gradients(loss, [x])).toThrow(
      new Error(
        `gradients: the rule of mul reads a tensor [2] that ${writer} has overwritten since mul was computed: ` +
          "take the gradients before, or compute the loss again",
      ),
    );
    expect(gradients(loss, [w])[0].shape).toEqual([2]); // it reads x only
    expect(gradients(sum(mul(x, w)), [x])[0].shape).toEqual([2]); // computed again
  });

  test("an output that its rule reads, and one that it does not read", async () => {
    const x = leaf([0.5, -1]);
    const [y, z] = [sigmoid(x), add(x, 1)];
    const [read, unread] = [sum(y), sum(z)];
    y.write(new Float32Array([5, 5]));
    z.write(new Float32Array([5, 5]));
    expect(() => gradients(read, [x])).toThrow("the rule of sigmoid reads a tensor [2] that write has overwritten");
    expect([...(await gradients(unread, [x])[0].read())]).toEqual([1, 1]);
  });

  test("as PyTorch: what a rule does not read may be overwritten between forward and backward", async () => {
    const [data, weight, bias] = [tensor([[1, 2]]), tensor([[3], [4]], undefined, { requiresGrad: true }), leaf([0])];
    const loss = sum(add(matmul(data, weight), bias)); // the gradients of both need the data only
    for (const parameter of [weight, bias]) parameter.write(other(parameter));
    const [dweight, dbias] = gradients(loss, [weight, bias]);
    expect([...(await dweight.read()), ...(await dbias.read())]).toEqual([1, 2, 1]);
  });

  test("a write before the forward pass, in the backward pass, or to something else is none of its business", async () => {
    const [x, w, unrelated] = [leaf([1, 2]), leaf([3, 4]), leaf([5, 6])];
    w.write(new Float32Array([2, 3]));
    const y = mul(x, w);
    const z = record("rule that writes", square(y), [y], (dy) => [
      () => {
        const dx = zeros([2]);
        dx.write(new Float32Array([10, 20]));
        return mul(dx, dy);
      },
    ]);
    const loss = sum(z);
    unrelated.write(other(unrelated));
    const [dx] = gradients(loss, [x], { createGraph: true });
    expect([...(await dx.read())]).toEqual([20, 60]);
  });

  test("gradients of gradients are refused likewise", () => {
    const [x, w] = [leaf([1, 2]), leaf([3, 4])];
    const [dx] = gradients(sum(square(mul(x, w))), [x], { createGraph: true });
    w.write(other(w));
    expect(() => gradients(sum(square(dx)), [x])).toThrow(STALE);
  });

  test("an operation of a user's, whose rule reads a tensor by a kernel or by read", () => {
    const x = leaf([1, 2]);
    const saved = leaf([3, 4]);
    const y = noGrad(() => mul(x, saved));
    const loss = sum(record("mine", y, [x], (dy) => [() => noGrad(() => relu(mul(dy, saved)))]));
    saved.write(other(saved));
    expect(() => gradients(loss, [x])).toThrow(
      "the rule of mine reads a tensor [2] that write has overwritten since mine",
    );
  });

  test("a kernel of a text convolution of which a part is stored", () => {
    const table = tensor(stream(1).normals(20), [5, 4], { requiresGrad: true });
    const at = Int32Array.from({ length: 9 }, (_, i) => 2 * i);
    const values = tensor(stream(2).normals(9), [9], { requiresGrad: true });
    const kernel = new Sparse([2, 4, 3] as const, at, values);
    const loss = sum(textConvolution(table, tokens([1, 2, 3], [1, 3]), [{ kernel }]));
    const before = gradients(loss, [table, values]);
    values.write(other(values));
    expect(before).toHaveLength(2);
    if (name !== "deferred") expect(() => gradients(loss, [table])).toThrow(STALE); // there it keeps a dense copy
  });

  test("rows left behind by Adam are no write: their table was written to by its steps", async () => {
    const table = tensor(stream(1).normals(40), [10, 4], { requiresGrad: true });
    const state = { m: zeros([10, 4]), v: zeros([10, 4]) };
    const kernel = tensor(stream(2).normals(8), [1, 4, 2]);
    const train = (at: number, word: number) =>
      scope(() => {
        const y = textConvolution(table, tokens([word], [1, 1]), [{ kernel }]);
        adamUpdate(table, gradients(sum(square(y)), [table])[0], state, { ...adam, step: at });
      });
    for (let at = 1; at <= 5; at++) train(at, at);
    const x = leaf([1, 2, 3, 4]);
    const loss = sum(mul(x, table));
    await table.read();
    await detach(state.m).read();
    expect(gradients(loss, [x])[0].shape).toEqual([4]);
    train(6, 1);
    expect(() => gradients(loss, [x])).toThrow("a tensor [10,4] that adamUpdate has overwritten since mul");
  });

  test.each<[string, (g: Tensor) => unknown]>([
    ["an operation", (g) => add(g, 1)],
    ["scaleGradient", (g) => scaleGradient(g, tensor(2))],
    ["gradientValues", (g) => gradientValues(g)],
    ["Adam", (g) => adamUpdate(zeros(g.shape), g, { m: zeros(g.shape), v: zeros(g.shape) }, adam)],
  ])(
    "a gradient made of rows is refused by %s once its rows are overwritten, and has its values before",
    async (_, use) => {
      const make = () => {
        const table = tensor(stream(1).normals(40), [10, 4], { requiresGrad: true });
        const kernel = tensor(stream(2).normals(8), [1, 4, 2]);
        return gradients(sum(square(textConvolution(table, tokens([3, 4], [1, 2]), [{ kernel }]))), [table])[0];
      };
      const wanted = await make().read();
      const gradient = make();
      const rows = gradientValues(gradient);
      rows.write(other(rows));
      expect(() => use(gradient)).toThrow("gradient [10,4]: write has overwritten the rows [2,4] that it is made of");
      const whole = make();
      await whole.read();
      gradientValues(whole).write(wanted);
      expect(await whole.read()).toEqual(wanted);
    },
  );
});
