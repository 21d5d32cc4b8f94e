import { describe, expect, test } from "vitest";
import {
  conv2d,
  gradients,
  mul,
  type Rng,
  Sparse,
  stream,
  sum,
  type Tensor,
  type Tensor4,
  tensor,
} from "../src/index.ts";

// Of sparse kernels with stride 1 each stored weight is multiplied by itself: how far results and gradients are from the sums of their definitions, which are added in float64 here.

interface Case {
  readonly x: Tensor4;
  readonly kernel: Sparse<readonly [number, number, number, number]>;
  readonly padding: readonly [number, number];
  readonly dy: Tensor4;
}

const drawn = (rng: Rng, shape: Tensor4["shape"]): Tensor4 =>
  tensor(rng.normals(shape.reduce((product, n) => product * n, 1)), shape, { requiresGrad: true }) as Tensor4;

const CASES = Array.from({ length: 20 }, (_, i): Case => {
  const rng = stream(i, "stored");
  const [height, width] = [1 + rng.below(9), 1 + rng.below(9)];
  const size = [1 + rng.below(Math.min(5, height)), 1 + rng.below(Math.min(5, width))] as const;
  const padding = [rng.below(size[0]), rng.below(size[1])] as const;
  const [batch, channels, filters] = [1 + rng.below(3), 1 + rng.below(9), 1 + rng.below(9)];
  const shape = [filters, channels, ...size] as const;
  const n = shape.reduce((product, one) => product * one, 1);
  const positions = Int32Array.from(rng.permutation(n).subarray(0, Math.floor(0.25 * n))).sort();
  const values = tensor(rng.normals(positions.length), [positions.length], { requiresGrad: true });
  const result = [batch, filters, height + 2 * padding[0] - size[0] + 1, width + 2 * padding[1] - size[1] + 1] as const;
  return {
    x: drawn(rng, [batch, channels, height, width]),
    kernel: new Sparse(shape, positions, values),
    padding,
    dy: drawn(rng, result),
  };
});

/** y, dx and the gradient of the stored values, each with the sum of its terms' sizes and their number. */
function definition({ x, kernel, padding, dy }: Case) {
  const [y, dx, dvalues] = [dy, x, kernel.values].map(({ size }) => new Float64Array(size));
  const sizes = [dy, x, kernel.values].map(({ size }) => new Float64Array(size));
  const [batch, channels, height, width] = x.shape;
  const [filters, , kernelHeight, kernelWidth] = kernel.shape;
  const [, , rows, columns] = dy.shape;
  const [pixels, gradient, values] = [x.data, dy.data, kernel.values.data];
  for (const [e, position] of kernel.positions.entries()) {
    const [v, u] = [position % kernelWidth, Math.floor(position / kernelWidth) % kernelHeight];
    const c = Math.floor(position / (kernelHeight * kernelWidth)) % channels;
    const f = Math.floor(position / (kernelHeight * kernelWidth * channels));
    for (let b = 0; b < batch; b++) {
      for (let at = 0; at < rows * columns; at++) {
        const [p, q] = [Math.floor(at / columns) + u - padding[0], (at % columns) + v - padding[1]];
        if (p < 0 || p >= height || q < 0 || q >= width) continue;
        const [from, to] = [((b * channels + c) * height + p) * width + q, (b * filters + f) * rows * columns + at];
        for (const [result, size, place, term] of [
          [y, sizes[0], to, values[e]! * pixels[from]!],
          [dx, sizes[1], from, values[e]! * gradient[to]!],
          [dvalues, sizes[2], e, gradient[to]! * pixels[from]!],
        ] as const) {
          result![place]! += term;
          size![place]! += Math.abs(term);
        }
      }
    }
  }
  return { results: [y!, dx!, dvalues!], sizes };
}

describe.each(CASES)("$x.shape * $kernel.shape, stored in part", (one) => {
  test("has the sums of the definition, but for roundings", () => {
    const { x, kernel, padding, dy } = one;
    const y = conv2d(x, kernel, { padding });
    const found = [y, ...gradients(sum(mul(y, dy)), [x, kernel.values])] as Tensor[];
    const { results, sizes } = definition(one);
    for (const [i, result] of results.entries()) {
      expect(found[i]!.size).toBe(result.length);
      // k products are rounded, and so are k sums at most: Higham 2002, §3.1. No sum here has more terms than all pixels, or all weights.
      const k = Math.max(one.x.size, one.dy.size, kernel.values.size) + 1;
      const data = found[i]!.data;
      for (const [at, value] of result.entries())
        expect(Math.abs(data[at]! - value)).toBeLessThanOrEqual(k * 2 ** -23 * sizes[i]![at]!);
    }
  });
});
