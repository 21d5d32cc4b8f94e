import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Backend,
  dense,
  gradients,
  lstm,
  matmul,
  mul,
  type Shape,
  Sparse,
  stream,
  sum,
  type Tensor,
  tensor,
  textConvolution,
  tokens,
  useBackend,
} from "../src/index.ts";
import { backends } from "./backends.ts";

// A part without a stored weight is not computed: 0 · ∞ would be NaN, and none comes out where only such parts meet an infinity.

const SPARSE = ["reference", "wasm", "wasm-fma"];

describe.each(backends.filter(({ name }) => SPARSE.includes(name)))("on $name", ({ create }) => {
  let before: Backend;
  beforeAll(async () => {
    before = useBackend(await create());
  });
  afterAll(() => {
    useBackend(before);
  });

  test("empty rows and columns of a matrix", async () => {
    const weight = stored(
      [5, 6] as const,
      (output, input) => output !== 3 && input !== 2 && (output + input) % 4 === 0,
    );
    const x = floats([3, 6] as const, (_, input) => input === 2);
    const y = await matmul(x, weight, { transposeB: true }).read();
    expect(y.every(Number.isFinite)).toBe(true);
    expect(Array.from({ length: 3 }, (_, b) => y[b * 5 + 3])).toEqual([0, 0, 0]);
  });

  test("empty inputs of an LSTM", async () => {
    const layer = {
      weightIh: stored([8, 6] as const, (gate, input) => input !== 2 && (gate + input) % 4 === 0),
      weightHh: stored([8, 2] as const, (gate) => gate === 1),
      biasIh: tensor(stream(1).normals(8), [8]),
      biasHh: tensor(stream(2).normals(8), [8]),
    };
    const x = floats([2, 3, 6] as const, (_b, _t, input) => input === 2);
    const { output } = lstm(x, [[layer]]);
    expect((await output.read()).every(Number.isFinite)).toBe(true);
  });

  test.each([3, 12, 20])("empty ones of %i filters of a text convolution", async (filters) => {
    const table = floats([9, 8] as const, (word) => word === 7);
    const everySecond = Int32Array.from({ length: 36 }, (_, i) => 2 * i);
    const values = tensor(
      everySecond.map((at) => table.data[at]!),
      [36],
    );
    const texts = tokens([4, 1, 7, 5, 2, 7], [2, 3]);
    for (const share of [1, 2, 7]) {
      const kernel = stored(
        [2, 8, filters] as const,
        (w, channel, f) => f % 3 === 1 && (w + channel + f) % share === 0,
      );
      const y = await textConvolution(new Sparse([9, 8] as const, everySecond, values), texts, [{ kernel }]).read();
      expect(y.filter((_, i) => (i % filters) % 3 !== 1).every((value) => value === 0)).toBe(true);
      expect(y.some((value) => value !== 0)).toBe(true); // infinite, or not a number
    }
  });

  test.each([3, 12, 20])("all of %i filters but empty ones, the bits of a dense kernel", async (filters) => {
    const table = stored([9, 8] as const, (word, channel) => (word + channel) % 2 === 0);
    const kernel = stored([2, 8, filters] as const, (w, channel, f) => f !== 2 && (w + channel + f) % 4 === 0);
    const [asStored, written] = await Promise.all(
      [kernel, dense(kernel)].map((one) => {
        const y = textConvolution(table, tokens([4, 1, 3, 6, 2, 0], [2, 3]), [{ kernel: one }]);
        const found = gradients(sum(mul(y, y)), [table.values, kernel.values]);
        return Promise.all([y, ...found].map((tensor) => tensor.read()));
      }),
    );
    expect(asStored![0]!.some((value) => value > 0)).toBe(true);
    expect(asStored).toEqual(written);
  });

  test("empty filters of a text convolution, on the way back", async () => {
    const table = stored([6, 8] as const, (word, channel) => (word + channel) % 2 === 0);
    const kernel = stored([2, 8, 3] as const, (w, channel, filter) => filter !== 0 && (w + channel) % 6 === filter);
    const texts = tokens([4, 1, 3, 5, 2, 0], [2, 3]);
    const y = textConvolution(table, texts, [{ kernel, bias: tensor([1, 50, 50]) }]);
    const infinite = tensor([Infinity, 1, 2, Infinity, 3, 4], [2, 3]);
    const [dTable, dKernel] = gradients(sum(mul(y, infinite)), [table.values, kernel.values]);
    expect((await y.read()).filter((_, i) => i % 3 === 0)).toEqual(Float32Array.of(1, 1));
    expect((await dTable!.read()).some((d) => d !== 0)).toBe(true);
    expect((await dTable!.read()).every(Number.isFinite)).toBe(true);
    expect((await dKernel!.read()).every((d) => Number.isFinite(d) && d !== 0)).toBe(true);
  });
});

/** Numbers at the elements of a shape that are chosen. */
function stored<S extends Shape>(shape: S, chosen: (...at: number[]) => boolean): Sparse<S> {
  const positions = Int32Array.from(placesOf(shape).flatMap((at, i) => (chosen(...at) ? [i] : [])));
  const values = tensor(stream(4).normals(positions.length), [positions.length], { requiresGrad: true });
  return new Sparse(shape, positions, values);
}

/** Numbers, infinite where chosen. */
function floats<S extends Shape>(shape: S, infinite: (...at: number[]) => boolean): Tensor<S> {
  const places = placesOf(shape);
  const normals = stream(5).normals(places.length);
  return tensor(
    normals.map((value, i) => (infinite(...places[i]!) ? Infinity : value)),
    shape,
  ) as Tensor<S>;
}

function placesOf(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (places, n) => places.flatMap((at) => Array.from({ length: n }, (_, i) => [...at, i])),
    [[]],
  );
}
