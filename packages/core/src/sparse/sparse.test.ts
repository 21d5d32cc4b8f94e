import fc from "fast-check";
import { expect, test } from "vitest";
import { gradients } from "../autograd/gradients.ts";
import { add, conv1d, embedding, linear, lstmCell, matmul, mul, sum } from "../ops/index.ts";
import { full, type Tensor, tensor } from "../tensor/tensor.ts";
import { tokens } from "../tensor/tokens.ts";
import { weightsOf } from "../testing/check-gradient.ts";
import { axis, valuesOf } from "../testing/index.ts";
import { dense, isWeight, Sparse, storedPositions, storedValues, type Weight, withStoredValues } from "./sparse.ts";

test("dense puts the values at their positions and zeros elsewhere", () => {
  const sparse = new Sparse([2, 3] as const, Int32Array.of(1, 5), tensor([7, 8]));
  expect([...dense(sparse).data]).toEqual([0, 7, 0, 0, 0, 8]);
});

test("what is stored of a weight, whole or in part, and other values in its place", () => {
  const [whole, values] = [tensor([[1, 2]]), tensor([7, 8])];
  const part = new Sparse([2, 3], Int32Array.of(1, 5), values);
  expect([whole, part, values.data, null].map(isWeight)).toEqual([true, true, false, false]);
  expect([storedValues(whole), storedValues(part)]).toEqual([whole, values]);
  expect([storedPositions(whole), storedPositions(part)]).toEqual([undefined, Int32Array.of(1, 5)]);
  const others = tensor([3, 4]);
  const replaced = withStoredValues(part, others);
  expect(storedValues(replaced)).toBe(others);
  expect([...dense(replaced).data]).toEqual([0, 3, 0, 0, 0, 4]);
  expect((replaced as Sparse).pattern).toBe(part.pattern);
  const other = tensor([[3, 4]]);
  expect(withStoredValues(whole, other)).toBe(other);
  expect(() => withStoredValues(part, other)).toThrow("withStoredValues: values [1,2] for a weight that stores [2]");
});

test("a pattern that was checked for one size is checked again for another", () => {
  const positions = Int32Array.of(1, 5);
  const values = tensor([7, 8]);
  for (let time = 0; time < 2; time++) expect(new Sparse([2, 3], positions, values).size).toBe(6);
  expect(() => new Sparse([5], positions, values)).toThrow(RangeError);
});

/** Every operation that takes weights, applied to one weight of shape [4, 3] or [2, 2, 3]. */
const uses: Record<string, { shape: readonly number[]; of: (w: never) => Tensor }> = {
  matmul: { shape: [4, 3], of: (w) => matmul(tensor([[1, -2, 3]]), w, { transposeB: true }) },
  linear: { shape: [4, 3], of: (w) => linear(tensor([[1, -2, 3]]), w, tensor([1, 2, -3, 4])) },
  "linear's bias": { shape: [4], of: (bias) => linear(tensor([[1, -2, 3]]), full([4, 3], 0.5), bias) },
  embedding: { shape: [4, 3], of: (w) => embedding(w, tokens([2, 0, 2], [3])) },
  conv1d: {
    shape: [2, 2, 3],
    of: (w) =>
      conv1d(
        tensor([
          [
            [1, 2],
            [-1, 3],
            [2, 2],
          ],
        ]),
        w,
      ),
  },
  lstmCell: {
    shape: [4, 3],
    of: (w) => {
      const bias = tensor([0.5, -0.5, 0.25, 1]);
      const state = { h: tensor([[0.5]]), c: tensor([[1]]) };
      return lstmCell(tensor([[1, 2, -1]]), state, {
        weightIh: w,
        weightHh: tensor([[1], [1], [1], [1]]),
        biasIh: bias,
        biasHh: bias,
      }).h;
    },
  },
};

test.each(Object.keys(uses))(
  "%s of a sparse weight is that of its dense twin; the gradient is the twin's at the positions",
  (name) => {
    const { shape, of } = uses[name]!;
    const size = shape.reduce((product, n) => product * n, 1);
    fc.assert(
      fc.property(valuesOf(shape), fc.array(fc.boolean(), { minLength: size, maxLength: size }), ({ data }, mask) => {
        mask[0] = true;
        const positions = Int32Array.from(mask.flatMap((kept, i) => (kept ? [i] : [])));
        const values = tensor(
          [...positions].map((at) => data[at]!),
          [positions.length],
          { requiresGrad: true },
        );
        const twin = tensor(
          data.map((x, i) => (mask[i] ? x : 0)),
          shape,
          { requiresGrad: true },
        );
        const [[y, dy], [z, dz]] = [new Sparse(shape, positions, values), twin].map((weight: Weight) => {
          const y = of(weight as never);
          const loss = sum(mul(y, tensor(weightsOf(y.size), y.shape)));
          return [y.data, gradients(add(loss, 0), [weight instanceof Sparse ? values : twin])[0]!.data] as const;
        }) as [readonly [Float32Array, Float32Array], readonly [Float32Array, Float32Array]];
        expect(y).toEqual(z);
        expect([...dy]).toEqual([...positions].map((at) => dz[at]));
      }),
    );
  },
);

test("a weight with nothing left computes as zeros and has an empty gradient", () => {
  const values = tensor([], [0], { requiresGrad: true });
  const nothing = new Sparse([3, 2] as const, new Int32Array(0), values);
  const y = matmul(tensor([[1, 2, 3]]), nothing);
  expect([...y.data]).toEqual([0, 0]);
  expect(gradients(sum(y), [values])[0].shape).toEqual([0]);
  fc.assert(fc.property(axis, (n) => new Sparse([n], new Int32Array(0), tensor([], [0])).size === n));
});
