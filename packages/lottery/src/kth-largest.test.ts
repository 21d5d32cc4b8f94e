import fc from "fast-check";
import { expect, test } from "vitest";
import { kthLargest } from "./kth-largest.ts";

test("that of a sorted list: ties, signs, infinities, denormals", () => {
  const number = fc.oneof(fc.float({ noNaN: true }), fc.constantFrom(0, -0, 1, -1, Infinity, -Infinity, 1e-45, -1e-45));
  fc.assert(
    fc.property(fc.array(number, { minLength: 1, maxLength: 50 }), (numbers) => {
      const values = Float32Array.from(numbers);
      const sorted = values.toSorted().reverse();
      for (let k = 1; k <= values.length; k++) expect(kthLargest(values, k) === sorted[k - 1]).toBe(true);
    }),
  );
});

test("of part of a buffer, which it leaves as it is", () => {
  const all = Float32Array.of(9, -3, 2, 5, 9);
  expect(kthLargest(all.subarray(1, 4), 1)).toBe(5);
  expect(kthLargest(all.subarray(1, 4), 3)).toBe(-3);
  expect([...all]).toEqual([9, -3, 2, 5, 9]);
});
