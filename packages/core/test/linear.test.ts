import { expect, test } from "vitest";
import {
  add,
  createReferenceBackend,
  createWasmBackend,
  gradients,
  linear,
  type Matrix,
  matmul,
  mul,
  stream,
  sum,
  tensor,
  useBackend,
  type Vector,
} from "../src/index.ts";

test("linear has the bits of a product and a sum, and so have its gradients", async () => {
  for (const backend of [createReferenceBackend(), await createWasmBackend()]) {
    useBackend(backend);
    for (const [m, k, n] of [
      [1, 1, 1],
      [5, 3, 7],
      [16, 32, 4],
      [30, 100, 40],
    ] as const) {
      const rng = stream(1, "linear");
      const x = tensor(rng.split("x").normals(m * k, 0, 1), [m, k], { requiresGrad: true });
      const weight = tensor(rng.split("weight").normals(n * k, 0, 1), [n, k], { requiresGrad: true });
      const bias = tensor(rng.split("bias").normals(n, 0, 1), [n], { requiresGrad: true });
      const dy = tensor(rng.split("dy").normals(m * n, 0, 1), [m, n]);
      const all = (forward: (x: Matrix, weight: Matrix, bias: Vector) => Matrix) => {
        const y = forward(x, weight, bias);
        return [y, ...gradients(sum(mul(y, dy)), [x, weight, bias])].map(({ data }) => data);
      };
      expect(all(linear)).toEqual(all((x, weight, bias) => add(matmul(x, weight, { transposeB: true }), bias)));
    }
  }
});
