import { describe, expect, test } from "vitest";
import { conv2d, type Rng, stream, type Tensor4, tensor } from "../src/index.ts";

// What tests on exact values cannot show: how far tiles are from the sums of `conv2d`'s definition, which are added in float64 here.

interface Case {
  readonly x: Tensor4;
  readonly weights: Tensor4;
  readonly padding: readonly [number, number];
}

const drawn = (rng: Rng, shape: Tensor4["shape"]): Tensor4 =>
  tensor(rng.normals(shape.reduce((product, n) => product * n, 1)), shape);

const CASES = Array.from({ length: 20 }, (_, i): Case => {
  const rng = stream(i, "sizes");
  const channels = 1 + rng.below(40);
  const x = drawn(rng, [1 + rng.below(3), channels, 3 + rng.below(9), 8 + rng.below(9)]);
  const weights = drawn(rng, [1 + rng.below(20), channels, 3, 3]);
  return { x, weights, padding: [rng.below(3), rng.below(3)] };
});

/**
 * A result is a sum of 9 places, each a sum over channels of products of at most 9/4 of the largest weight and 4 times the largest pixel: so 81 of both a channel, rounded
 * at most channels + 12 times.
 */
const boundOf = ({ x, weights }: Case): number => {
  const channels = x.shape[1];
  return (channels + 12) * 2 ** -24 * 81 * channels * largest(x.data) * largest(weights.data);
};

describe.each(CASES)("tiles of $x.shape * $weights.shape", (one) => {
  const { x, weights, padding } = one;

  test("are the sums of the definition, but for roundings", () => {
    expect(distance(conv2d(x, weights, { padding }).data, definition(one))).toBeLessThan(boundOf(one));
  });
});

const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((most, x) => Math.max(most, Math.abs(x)), 0);

const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  return largest(Array.from(a, (value, i) => value - b[i]!));
};

function definition({ x, weights, padding }: Case): number[] {
  const [batch, channels, height, width] = x.shape;
  const [filters] = weights.shape;
  const [rows, columns] = [height + 2 * padding[0] - 2, width + 2 * padding[1] - 2];
  return Array.from({ length: batch * filters * rows * columns }, (_, at) => {
    const [j, i] = [at % columns, Math.floor(at / columns) % rows];
    const [f, b] = [Math.floor(at / (rows * columns)) % filters, Math.floor(at / (rows * columns * filters))];
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      for (let tap = 0; tap < 9; tap++) {
        const [p, q] = [i + Math.floor(tap / 3) - padding[0], j + (tap % 3) - padding[1]];
        if (p < 0 || p >= height || q < 0 || q >= width) continue;
        sum += x.data[((b * channels + c) * height + p) * width + q]! * weights.data[(f * channels + c) * 9 + tap]!;
      }
    }
    return sum;
  });
}
