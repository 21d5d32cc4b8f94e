import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Backend,
  gradients,
  gradientValues,
  mul,
  Sparse,
  scaleGradient,
  stream,
  sum,
  type Tensor,
  tensor,
  textConvolution,
  tokens,
  useBackend,
} from "../src/index.ts";
import { rowsOf } from "../src/ops/rows.ts";
import { backends } from "./backends.ts";

const [words, dim] = [6, 5];

/** The gradient of a table under a text that reads its words 4, 1, 2 and 1: a matrix, or the vector of what a sparse table stores. */
function gradientOf(sparse: boolean, paddingId: number | undefined): Tensor {
  const rng = stream(1, "table");
  const all = tensor(rng.normals(words * dim), [words, dim], { requiresGrad: true });
  const positions = Int32Array.from({ length: 20 }, (_, i) => (i * 3) >> 1);
  const values = tensor(rng.normals(20), [20], { requiresGrad: true });
  const table = sparse ? new Sparse([words, dim] as const, positions, values) : all;
  const kernel = tensor(rng.normals(dim * 3), [1, dim, 3]);
  const y = textConvolution(table, tokens([4, 1, 2, 1], [4, 1]), [{ kernel }], { paddingId });
  return gradients(sum(mul(y, y)), [sparse ? values : all])[0];
}

describe.each(backends)("on $name, a table's gradient", ({ create }) => {
  let before: Backend;
  beforeAll(async () => {
    before = useBackend(await create());
  });
  afterAll(() => {
    useBackend(before);
  });

  describe.each([false, true])("of a sparse table: %s", (sparse) => {
    test.each([undefined, 2, 5])("with padding %s, is scaled as rows to the bits it has whole", async (paddingId) => {
      const scaled = scaleGradient(gradientOf(sparse, paddingId), tensor(0.3));
      const isRows = rowsOf(scaled) !== undefined;
      expect(isRows).toBe(rowsOf(gradientOf(sparse, paddingId)) !== undefined);
      if (!sparse) expect(isRows).toBe(true);
      const whole = await mul(gradientOf(sparse, paddingId), 0.3).read();
      expect(await scaled.read()).toEqual(whole);
      expect(whole.some((value) => value !== 0)).toBe(true);
    });

    test.each([undefined, 2, 5])("with padding %s, has all but zeros among its values", async (paddingId) => {
      const gradient = gradientOf(sparse, paddingId);
      const live = async (x: Tensor) => (await x.read()).filter((value) => value !== 0);
      const values = await live(gradientValues(gradient));
      expect(values).toEqual(await live(gradientOf(sparse, paddingId)));
    });
  });

  test("keeps its rows when its values are asked for", () => {
    const gradient = gradientOf(false, 2);
    expect(gradientValues(gradient).shape).toEqual([2, dim]);
    expect(rowsOf(gradient)?.unique).toEqual(Int32Array.of(1, 2, 4));
  });
});

test("a gradient that is no table's is its own values", () => {
  const gradient = tensor([1, 0, 2]);
  expect(gradientValues(gradient)).toBe(gradient);
  expect([...scaleGradient(gradient, tensor(2)).data]).toEqual([2, 0, 4]);
});
