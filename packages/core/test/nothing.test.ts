import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Backend,
  type Cube,
  conv1d,
  createWasmBackend,
  dense,
  gradients,
  type LstmWeights,
  lstm,
  lstmCell,
  type Matrix,
  matmul,
  Sparse,
  sum,
  type Tensor,
  tensor,
  textConvolution,
  textLstm,
  tokens,
  useBackend,
  type Vector,
  type WeightMatrix,
  zeros,
} from "../src/index.ts";
import { backends } from "./backends.ts";

// Layers of no unit, inputs of no channel, weights of which nothing is stored: empty results and gradients, on every backend.

const leaf = (...shape: number[]): Tensor => zeros(shape, { requiresGrad: true });

const layer = (hidden: number, input: number, sparse: boolean): LstmWeights => {
  const weight = (...shape: [number, number]): WeightMatrix =>
    sparse ? new Sparse(shape, new Int32Array(0), leaf(0) as Vector) : (leaf(...shape) as Matrix);
  return {
    weightIh: weight(4 * hidden, input),
    weightHh: weight(4 * hidden, hidden),
    biasIh: leaf(4 * hidden) as Vector,
    biasHh: leaf(4 * hidden) as Vector,
  };
};

const values = ({ weightIh, weightHh, biasIh, biasHh }: LstmWeights): Tensor[] =>
  [weightIh, weightHh, biasIh, biasHh].map((one) => (one instanceof Sparse ? one.values : (one as Tensor)));

describe.each([...backends, { name: "wasm on two threads", create: () => createWasmBackend({ threads: 2 }) }])(
  "on $name",
  ({ create }) => {
    let before: Backend;
    beforeAll(async () => {
      before = useBackend(await create());
    });
    afterAll(() => {
      useBackend(before);
    });

    const check = async (y: Tensor, shape: readonly number[], leaves: readonly Tensor[]) => {
      expect(y.shape).toEqual(shape);
      for (const [i, gradient] of gradients(sum(y), leaves).entries()) {
        expect(gradient.shape).toEqual(leaves[i]!.shape);
        expect((await gradient.read()).every(Number.isFinite)).toBe(true);
      }
      expect((await y.read()).every((value) => value === 0)).toBe(true);
    };

    test.each([
      [0, 3],
      [0, 0],
      [2, 0],
    ])("an LSTM of %i units on %i inputs", async (hidden, input) => {
      for (const sparse of [false, true]) {
        for (const directions of [1, 2]) {
          const weights = Array.from({ length: directions }, () => layer(hidden, input, sparse));
          const leaves = weights.flatMap(values);
          const [x, table] = [leaf(2, 4, input) as Cube, leaf(5, input) as Matrix];
          await check(lstm(x, [weights]).output, [2, 4, directions * hidden], [x, ...leaves]);
          const texts = tokens([1, 2, 3, 4], [2, 2]);
          await check(textLstm(table, texts, [weights]).h, [directions, 2, hidden], [table, ...leaves]);
        }
        const state = { h: leaf(2, hidden) as Matrix, c: leaf(2, hidden) as Matrix };
        const one = layer(hidden, input, sparse);
        const x = leaf(2, input) as Matrix;
        await check(lstmCell(x, state, one).h, [2, hidden], [x, state.h, state.c, ...values(one)]);
      }
    });

    test("products and windows of nothing", async () => {
      for (const [m, k, n] of [
        [0, 2, 3],
        [2, 0, 3],
        [2, 3, 0],
        [0, 0, 0],
      ] as const) {
        const [a, b] = [leaf(m, k) as Matrix, leaf(k, n) as Matrix];
        await check(matmul(a, b), [m, n], [a, b]);
        const none = new Sparse<readonly [number, number]>([k, n], new Int32Array(0), leaf(0) as Vector);
        await check(matmul(a, none), [m, n], [a, none.values]);
        await check(dense(none), [k, n], [none.values]);
        const [x, kernel] = [leaf(m, 4, k) as Cube, leaf(2, k, n) as Cube];
        await check(conv1d(x, kernel), [m, 3, n], [x, kernel]);
        const table = leaf(3, k) as Matrix;
        await check(
          textConvolution(table, tokens(new Int32Array(4 * m), [m, 4]), [{ kernel }]),
          [m, n],
          [table, kernel],
        );
      }
      await check(sum(tensor([], [0])), [], []);
    });
  },
);
