import { ones, tensor, zeros } from "@ltt/core";
import { describe, expect, test } from "vitest";
import { createLaterBackend, using } from "../test/backends.ts";
import { clipByNorm, clipByValue } from "./index.ts";

describe("clipByNorm", () => {
  test("scales all gradients together down to the norm", () => {
    const { gradients, norm } = clipByNorm([tensor([3]), tensor([[0, 4]])], 1);
    expect(norm.data[0]).toBe(5);
    const coefficient = 1 / (5 + 1e-6);
    expect(gradients[0]!.data[0]).toBeCloseTo(3 * coefficient, 6);
    expect(gradients[1]!.data[1]).toBeCloseTo(4 * coefficient, 6);
    expect(gradients[1]!.shape).toEqual([1, 2]);
  });

  test("leaves smaller gradients as they are, to the bit", () => {
    const values = Float32Array.of(0.1, -0.7, 1e-12, 3e-20);
    const { gradients, norm } = clipByNorm([tensor(values, [4])], 0.9);
    expect(gradients[0]!.data).toEqual(values);
    expect(norm.data[0]).toBeCloseTo(Math.sqrt(0.5), 6);
  });

  test("has PyTorch's 1e-6: a norm exactly at the limit is scaled a little", () => {
    const { gradients } = clipByNorm([tensor([2 ** -10])], 2 ** -10);
    expect(gradients[0]!.data[0]! / 2 ** -10).toBeCloseTo(1 / (1 + 1e-6 * 1024), 6);
  });

  test("the norm of millions of equal numbers is right", () => {
    const { norm } = clipByNorm([tensor(new Float32Array(2_000_000).fill(0.1), [20_000, 100])], 1);
    expect(Math.abs(norm.data[0]! / (0.1 * Math.sqrt(2e6)) - 1)).toBeLessThan(1e-4);
    const many = 2 ** 24 + 1000;
    expect(clipByNorm([ones([many])], 1).norm.data[0]).toBe(Math.fround(Math.sqrt(many)));
  });

  test("zero gradients stay zero, and there may be none", () => {
    expect([...clipByNorm([zeros([2])], 1).gradients[0]!.data]).toEqual([0, 0]);
    expect(clipByNorm([], 1).norm.data[0]).toBe(0);
  });

  test("a NaN spoils everything instead of hiding", () => {
    const { gradients, norm } = clipByNorm([tensor([Number.NaN]), tensor([1])], 1);
    expect(norm.data[0]).toBeNaN();
    expect(gradients[1]!.data[0]).toBeNaN();
  });

  test("refuses a limit that is none", () => {
    expect(() => clipByNorm([], 0)).toThrow("clipByNorm: maxNorm is 0; it is above 0");
    expect(() => clipByNorm([], Number.NaN)).toThrow("clipByNorm: maxNorm is NaN; it is above 0");
  });
});

describe("clipByValue", () => {
  test("holds every element within the limit, exactly", () => {
    const { gradients, norm } = clipByValue(
      [
        tensor([
          [-3, 0.25],
          [1e-12, 4],
        ]),
        zeros([0]),
      ],
      0.5,
    );
    expect([...gradients[0]!.data]).toEqual([-0.5, 0.25, Math.fround(1e-12), 0.5]);
    expect(gradients[0]!.shape).toEqual([2, 2]);
    expect(gradients[1]!.shape).toEqual([0]);
    expect(norm.data[0]).toBeCloseTo(Math.sqrt(25.0625), 5);
  });

  test("holds infinities, and keeps NaN", () => {
    expect([...clipByValue([tensor([Infinity, -Infinity, Number.NaN])], 2).gradients[0]!.data]).toEqual([
      2,
      -2,
      Number.NaN,
    ]);
  });

  test("refuses a limit that is none", () => {
    expect(() => clipByValue([], -1)).toThrow("clipByValue: limit is -1; it is above 0");
  });
});

test("nothing is read: it works where reading takes time", async () => {
  await using(createLaterBackend(), async () => {
    const { gradients, norm } = clipByNorm([tensor([3, 4])], 1);
    expect(await norm.item()).toBe(5);
    expect((await gradients[0]!.read())[0]).toBeCloseTo(0.6, 6);
    expect([...(await clipByValue([tensor([3, -4, 1])], 2).gradients[0]!.read())]).toEqual([2, -2, 1]);
  });
});
