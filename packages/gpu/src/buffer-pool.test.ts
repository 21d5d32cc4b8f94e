import { expect, test } from "vitest";
import { BufferPool, type GpuBuffer } from "./buffer-pool.ts";

/** A device that counts the bytes of its buffers. */
function counting() {
  const made: (GpuBuffer & { destroyed: boolean })[] = [];
  const device = {
    createBuffer: ({ size }: { size: number }) => {
      const buffer = {
        size,
        destroyed: false,
        destroy: () => {
          expect(buffer.destroyed).toBe(false);
          buffer.destroyed = true;
        },
      };
      made.push(buffer);
      return buffer;
    },
  };
  const bytes = () => made.reduce((sum, { size, destroyed }) => sum + (destroyed ? 0 : size), 0);
  return { device, made, bytes };
}

test("a step that has run once makes no new buffers", () => {
  const { device, made } = counting();
  const pool = new BufferPool(device, { largest: 2 ** 30 });
  const weights = [pool.take(4000), pool.take(40)];
  for (let step = 0; step < 5; step++) {
    const activations = [1000, 4000, 4000, 12].map((bytes) => pool.take(bytes));
    expect(new Set([...weights, ...activations]).size).toBe(6);
    for (const buffer of activations) pool.give(buffer);
  }
  expect(made).toHaveLength(6);
});

test("buffers are as large as asked for, and at most an eighth larger", () => {
  const { device } = counting();
  const pool = new BufferPool(device, { largest: 2 ** 30 });
  for (const bytes of [256, 257, 1000, 1024, 1025, 12_345_678, 2 ** 28 + 4]) {
    const { size } = pool.take(bytes);
    expect(size).toBeGreaterThanOrEqual(bytes);
    expect(size).toBeLessThanOrEqual(bytes * 1.125);
    expect(size % 4).toBe(0);
  }
  expect(pool.take(2 ** 30 - 4).size).toBe(2 ** 30); // and no larger than there can be
});

test("free buffers are at most as many bytes as were ever in use; the oldest sizes go", () => {
  const { device, made, bytes } = counting();
  const pool = new BufferPool(device, { largest: 2 ** 30 });
  for (const size of [1024, 2048, 4096, 8192]) pool.give(pool.take(size));
  expect(made.map(({ destroyed }) => destroyed)).toEqual([true, true, true, false]);
  expect(bytes()).toBe(8192);
  expect(pool.take(8192)).toBe(made[3]);
});
